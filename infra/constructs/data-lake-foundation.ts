/**
 * What a new data lake rests on: bucket, the role Lake Formation reads it with, the role crawlers and workflows run as,
 * policies for administrators and readers, and an Athena workgroup with its results. Names no user: attach the policies
 * to whom they are for. Lake Formation's settings, registrations, tags and grants are not among it. CloudFormation
 * replaces the settings whole and would undo what is merged into them; the rest is the policy's, and follows from it.
 */

import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnManagedPolicy, CfnRole } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import {
  administratorPermissions,
  type CrawlerNeeds,
  crawlerPermissions,
  type Lake,
  readerPermissions,
  registrationPermissions,
} from './lake-permissions.ts';
import type { Permission } from './member-permissions.ts';
import { MANAGED_POLICY_SIZE, policySize, ROLE_POLICIES_SIZE } from './policy-size.ts';

export interface DataLakeFoundationProps {
  /** Part of every name: a-z, 0-9 and -, at most 30 characters. */
  readonly name: string;
  /** Databases of the lake: what crawlers write and people query. `sales_*` is all that begin so. */
  readonly databases: readonly string[];
  /** A key of the lake's own instead of S3's. Readers of the bytes need none of it: Lake Formation does. */
  readonly encrypted?: boolean;
  /** Default `AWSGlueServiceRole-<name>`: Glue's console offers roles that begin so. */
  readonly crawlerRoleName?: string;
  /**
   * Default `role`: crawlers and jobs reach the lake's files with the crawler role's own rights. `lake-formation`: with
   * what Lake Formation lends, which only crawlers with `UseLakeFormationCredentials` ask for; jobs then write nothing.
   */
  readonly files?: CrawlerNeeds['files'];
  readonly connections?: readonly string[];
  readonly secrets?: readonly string[];
  /**
   * Workflows that run as the crawler role, and that administrators make: what a blueprint makes begins with its
   * workflow's name.
   */
  readonly workflows?: readonly string[];
}

/** Days after which a query's result is gone: it can be had again by asking. */
const RESULTS_DAYS = 30;

/** Why a bucket has no access log of S3's. Object reads are in CloudTrail only where somebody pays for data events. */
const UNLOGGED = {
  Bucket:
    'For whom Lake Formation lent what is in CloudTrail (GetDataAccess): an access log would name its role alone. What crawlers and jobs read as their role is logged nowhere.',
  Results:
    "Who asked what is in Athena's history and in CloudTrail (StartQueryExecution). Who reads a result again is logged nowhere: people who may not see the same data need workgroups of their own.",
};

export class DataLakeFoundation extends Construct {
  readonly bucket: Bucket;
  readonly results: Bucket;
  readonly key: Key | null;
  readonly registrationRole: CfnRole;
  readonly crawlerRole: CfnRole;
  /** For people who have `readers`, too. */
  readonly administrators: CfnManagedPolicy;
  readonly readers: CfnManagedPolicy;
  readonly workgroup: CfnWorkGroup;

  constructor(scope: Construct, id: string, props: DataLakeFoundationProps) {
    super(scope, id);
    checkProps(props);
    this.key = props.encrypted ? new Key(this, 'Key', { enableKeyRotation: true, description: props.name }) : null;
    this.bucket = this.#bucket('Bucket', null);
    this.results = this.#bucket('Results', Duration.days(RESULTS_DAYS));
    const lake = this.#lake(props);
    this.registrationRole = this.#registration(props.name, lake);
    this.crawlerRole = this.#crawler(props, lake);
    const roles = { crawler: this.crawlerRole.attrArn, registration: this.registrationRole.attrArn };
    const administer = administratorPermissions(lake, roles, props.workflows ?? []);
    this.administrators = this.#policy('Administrators', props.name, administer);
    this.readers = this.#policy('Readers', props.name, readerPermissions(lake));
    this.workgroup = this.#workgroup(props.name);
  }

  #lake({ name, databases }: DataLakeFoundationProps): Lake {
    const { partition, account, region } = Stack.of(this);
    const key = this.key?.keyArn ?? null;
    const { bucketArn: bucket } = this.bucket;
    return { partition, account, region, bucket, results: this.results.bucketArn, key, databases, workgroup: name };
  }

  #bucket(id: keyof typeof UNLOGGED, expires: Duration | null): Bucket {
    const bucket = new Bucket(this, id, {
      versioned: true,
      ...(this.key === null
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: this.key, bucketKeyEnabled: true }),
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(expires === null ? [] : [{ expiration: expires, noncurrentVersionExpiration: Duration.days(1) }]),
      ],
    });
    acknowledge(bucket, { 'AwsSolutions-S1': UNLOGGED[id] });
    return bucket;
  }

  #registration(name: string, lake: Lake): CfnRole {
    const { partition, account, region } = lake;
    return this.#role('Registration', {
      roleName: `${name}-registration`,
      path: '/lake/',
      description: `Lake Formation reads and writes ${name} with it`,
      trust: {
        Principal: { Service: 'lakeformation.amazonaws.com' },
        // SetContext: CloudTrail then names the person of Identity Center for whom it reads.
        Action: ['sts:AssumeRole', 'sts:SetContext'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:lakeformation:${region}:${account}:*` },
        },
      },
      permissions: registrationPermissions(lake),
    });
  }

  #crawler(props: DataLakeFoundationProps, lake: Lake): CfnRole {
    const { name, files = 'role', connections = [], secrets = [], workflows = [] } = props;
    const roleName = props.crawlerRoleName ?? `AWSGlueServiceRole-${name}`;
    const path = '/service-role/';
    const role = `arn:${lake.partition}:iam::${lake.account}:role${path}${roleName}`;
    return this.#role('Crawler', {
      roleName,
      path,
      description: `Crawlers and workflows of ${name} run as it`,
      // No aws:SourceAccount: whether Glue passes it is not documented, and a role that Glue can't assume runs nothing.
      trust: { Principal: { Service: 'glue.amazonaws.com' }, Action: ['sts:AssumeRole'] },
      permissions: crawlerPermissions(lake, { files, connections, secrets, workflows, role }),
    });
  }

  #role(
    id: string,
    role: {
      readonly roleName: string;
      readonly path: string;
      readonly description: string;
      readonly trust: object;
      readonly permissions: readonly Permission[];
    },
  ): CfnRole {
    const { roleName, path, description, trust, permissions } = role;
    const made = new CfnRole(this, id, {
      roleName,
      path,
      description,
      assumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...trust }] },
      policies: [{ policyName: id, policyDocument: documentOf(this, description, permissions, ROLE_POLICIES_SIZE) }],
    });
    for (const { statement, why } of permissions) acknowledgeWildcards(made, statement.Resource, why);
    return made;
  }

  #policy(id: string, name: string, permissions: readonly Permission[]): CfnManagedPolicy {
    const made = new CfnManagedPolicy(this, id, {
      managedPolicyName: `${name}-${id.toLowerCase()}`,
      description: `${id} of the data lake ${name}`,
      policyDocument: documentOf(this, `${id.toLowerCase()} of ${name}`, permissions, MANAGED_POLICY_SIZE),
    });
    for (const { statement, why } of permissions) acknowledgeWildcards(made, statement.Resource, why);
    return made;
  }

  /** Enforced: whoever queries in it can neither write results elsewhere nor leave them unencrypted. */
  #workgroup(name: string): CfnWorkGroup {
    const encryption =
      this.key === null ? { encryptionOption: 'SSE_S3' } : { encryptionOption: 'SSE_KMS', kmsKey: this.key.keyArn };
    return new CfnWorkGroup(this, 'Workgroup', {
      name,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${this.results.bucketName}/athena/`,
          expectedBucketOwner: Stack.of(this).account,
          encryptionConfiguration: encryption,
        },
      },
    });
  }
}

/** What IAM, Glue or Athena would refuse, and some only after buckets and keys are made. */
function checkProps({ name, databases, files, workflows = [], crawlerRoleName = '' }: DataLakeFoundationProps): void {
  if (!/^[a-z0-9][a-z0-9-]{0,29}$/.test(name))
    throw new Error(`name the lake with at most 30 of a-z, 0-9 and -, instead of ${JSON.stringify(name)}`);
  const unfit = databases.find((each) => !/^[a-z0-9_-]{1,255}\*?$/.test(each));
  if (unfit !== undefined)
    throw new Error(`name databases of ${name} with a-z, 0-9, _ and -, instead of ${JSON.stringify(unfit)}`);
  if (!/^[\w+=,.@-]{0,64}$/.test(crawlerRoleName))
    throw new Error(`name the crawler role with at most 64 letters, digits and +=,.@_-, instead of ${crawlerRoleName}`);
  if (databases.length === 0) throw new Error(`name at least one database of ${name}`);
  if (files === 'lake-formation' && workflows.length > 0)
    throw new Error(`jobs of workflows write with their role's own rights: leave out files of ${name}`);
}

/** Throws if what it says is longer than IAM takes, whatever the account, Region and bucket will be called. */
function documentOf(scope: Construct, what: string, permissions: readonly Permission[], atMost: number): object {
  const document = { Version: '2012-10-17', Statement: permissions.map(({ statement }) => statement) };
  const size = policySize(Stack.of(scope).resolve(document));
  if (size > atMost)
    throw new Error(
      `${what} get ${size} characters of policy, and IAM takes ${atMost}: name databases together, as in sales_*`,
    );
  return document;
}
