/** AWS managed policies the scenes need, as statements of the published documents that matter to the lake. */

const allow = (Action: readonly string[], Resource: readonly string[] | string): Record<string, unknown> => ({
  Effect: 'Allow',
  Action,
  Resource,
});

const document = (...Statement: readonly Record<string, unknown>[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

const MANAGED: Readonly<Record<string, string>> = {
  'arn:aws:iam::aws:policy/AdministratorAccess': document(allow(['*'], '*')),
  'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess': document(
    allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'], '*'),
  ),
  'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole': document(
    allow(
      [
        'glue:*',
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:ListAllMyBuckets',
        's3:GetBucketAcl',
        'ec2:DescribeVpcEndpoints',
        'ec2:DescribeRouteTables',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcAttribute',
        'iam:ListRolePolicies',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'cloudwatch:PutMetricData',
      ],
      '*',
    ),
    allow(['s3:CreateBucket'], 'arn:aws:s3:::aws-glue-*'),
    allow(
      ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      ['arn:aws:s3:::aws-glue-*/*', 'arn:aws:s3:::*/*aws-glue-*/*'],
    ),
    allow(['s3:GetObject'], ['arn:aws:s3:::crawler-public*', 'arn:aws:s3:::aws-glue-*']),
    allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:*:/aws-glue/*'),
  ),
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': document(
    allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], '*'),
  ),
  'arn:aws:iam::aws:policy/AWSLakeFormationDataAdmin': document(
    allow(
      [
        'lakeformation:*',
        'cloudtrail:DescribeTrails',
        'cloudtrail:LookupEvents',
        'glue:CreateCatalog',
        'glue:UpdateCatalog',
        'glue:DeleteCatalog',
        'glue:GetCatalog',
        'glue:GetCatalogs',
        'glue:GetDatabase',
        'glue:GetDatabases',
        'glue:CreateDatabase',
        'glue:UpdateDatabase',
        'glue:DeleteDatabase',
        'glue:GetConnections',
        'glue:SearchTables',
        'glue:GetTable',
        'glue:CreateTable',
        'glue:UpdateTable',
        'glue:DeleteTable',
        'glue:GetTableVersions',
        'glue:GetPartitions',
        'glue:GetTables',
        'glue:ListWorkflows',
        'glue:BatchGetWorkflows',
        'glue:DeleteWorkflow',
        'glue:GetWorkflowRuns',
        'glue:StartWorkflowRun',
        'glue:GetWorkflow',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:ListAllMyBuckets',
        's3:GetBucketAcl',
        'iam:ListUsers',
        'iam:ListRoles',
        'iam:GetRole',
        'iam:GetRolePolicy',
      ],
      '*',
    ),
    { Effect: 'Deny', Action: ['lakeformation:PutDataLakeSettings'], Resource: '*' },
  ),
  'arn:aws:iam::aws:policy/AWSLakeFormationCrossAccountManager': document(
    {
      ...allow(['ram:CreateResourceShare'], '*'),
      Condition: {
        StringLikeIfExists: { 'ram:RequestedResourceType': ['glue:Table', 'glue:Database', 'glue:Catalog'] },
      },
    },
    {
      ...allow(
        [
          'ram:UpdateResourceShare',
          'ram:DeleteResourceShare',
          'ram:AssociateResourceShare',
          'ram:DisassociateResourceShare',
          'ram:GetResourceShares',
        ],
        '*',
      ),
      Condition: { StringLike: { 'ram:ResourceShareName': ['LakeFormation*'] } },
    },
    {
      ...allow(['ram:AssociateResourceSharePermission'], '*'),
      Condition: { ArnLike: { 'ram:PermissionArn': ['arn:aws:ram::aws:permission/AWSRAMLFEnabled*'] } },
    },
    allow(
      [
        'glue:PutResourcePolicy',
        'glue:DeleteResourcePolicy',
        'organizations:DescribeOrganization',
        'organizations:DescribeAccount',
        'organizations:ListRoots',
        'organizations:ListAccountsForParent',
        'organizations:ListOrganizationalUnitsForParent',
        'ram:Get*',
        'ram:List*',
      ],
      '*',
    ),
  ),
};

/** The text of one of AWS's own policies; undefined for one that the lake has not. */
export const managedPolicy = (arn: string): string | undefined =>
  Object.hasOwn(MANAGED, arn) ? MANAGED[arn] : undefined;
