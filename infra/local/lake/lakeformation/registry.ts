/** Registered locations: whose role hands out credentials for what lies where. */

import type {
  DescribeResourceRequest,
  FilterCondition,
  ListResourcesRequest,
  RegisterResourceRequest,
  ResourceInfo,
  UpdateResourceRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { pageOf } from '../glue/paging.ts';
import type { Call } from '../service.ts';
import { notFound } from './authority.ts';
import { isAdmin } from './principals.ts';
import { invalidInput } from './resources.ts';
import { isServiceLinked, isTrusting, lakeFormation, serviceLinkedRole } from './roles.ts';
import { type LakeFormationCatalog, lakeCatalogOf } from './state.ts';

const mostPerPage = 1000;
const longestPath = 700;

/** Registers a location with a role. Throws where it is registered, or the caller may not pass the role on. */
export async function registerResource(call: Call, input: RegisterResourceRequest): Promise<object> {
  const catalog = catalogOf(call);
  const arn = pathOf(input.ResourceArn);
  if (catalog.locations.has(arn)) throw new AwsError('AlreadyExistsException', 'Resource is already registered.');
  if ((input.RoleArn === undefined) === (input.UseServiceLinkedRole !== true))
    throw invalidInput('Specify either a role or the use of the service-linked role.');
  const role = input.RoleArn ?? serviceLinkedRole(call.account);
  if (input.RoleArn === undefined) await checkServiceLinked(call, role);
  else await checkRole(call, role);
  catalog.locations.set(arn, {
    ResourceArn: arn,
    RoleArn: role,
    LastModified: new Date(call.world.now()),
    WithFederation: input.WithFederation ?? false,
    HybridAccessEnabled: input.HybridAccessEnabled ?? false,
    WithPrivilegedAccess: input.WithPrivilegedAccess ?? false,
    ...(input.ExpectedResourceOwnerAccount === undefined
      ? {}
      : { ExpectedResourceOwnerAccount: input.ExpectedResourceOwnerAccount }),
  });
  // Whoever registers may point tables there.
  if (!isAdmin(call.world, call.caller, call.region)) grantLocation(call, catalog, arn);
  return {};
}

/** The registration, with whether its role reaches S3. `EntityNotFoundException` where there is none. */
export async function describeResource(call: Call, input: DescribeResourceRequest): Promise<object> {
  const found = locationOf(call, input.ResourceArn);
  return { ResourceInfo: await told(call, found) };
}

/** One page of registrations that meet all conditions, each with whether its role reaches S3. */
export async function listResources(call: Call, input: ListResourcesRequest): Promise<object> {
  const filters = input.FilterConditionList ?? [];
  const { items, NextToken } = pageOf(catalogOf(call).locations, input, mostPerPage, (one) =>
    filters.every((filter) => fits(one, filter)) ? one : undefined,
  );
  const ResourceInfoList = await Promise.all(items.map((one) => told(call, one)));
  return { ResourceInfoList, ...(NextToken === undefined ? {} : { NextToken }) };
}

/** Gives a registration another role. Refused where it is the service-linked one. */
export async function updateResource(call: Call, input: UpdateResourceRequest): Promise<object> {
  const found = locationOf(call, input.ResourceArn);
  if (found.RoleArn === serviceLinkedRole(call.account) && input.HybridAccessEnabled !== undefined)
    throw invalidInput('The parameters of a location registered with the service-linked role cannot be changed.');
  const role = input.RoleArn ?? '';
  await checkRole(call, role);
  catalogOf(call).locations.set(found.ResourceArn, {
    ...found,
    RoleArn: role,
    LastModified: new Date(call.world.now()),
    WithFederation: input.WithFederation ?? found.WithFederation ?? false,
    HybridAccessEnabled: input.HybridAccessEnabled ?? found.HybridAccessEnabled ?? false,
  });
  return {};
}

/** Ends a registration. Refused for the last one with the service-linked role. */
export function deregisterResource(call: Call, input: DescribeResourceRequest): object {
  const found = locationOf(call, input.ResourceArn);
  const { locations } = catalogOf(call);
  const linked = [...locations.values()].filter(({ RoleArn }) => RoleArn === serviceLinkedRole(call.account));
  if (linked.length === 1 && linked[0] === found)
    throw invalidInput('Must manually delete service-linked role to deregister last S3 location');
  locations.delete(found.ResourceArn);
  return {};
}

/** Whether the role can do what it is there for is asked at each look: roles are deleted and policies change. */
async function told(call: Call, one: ResourceInfo & { ResourceArn: string }): Promise<ResourceInfo> {
  return { ...one, VerificationStatus: await verified(call, one) };
}

async function verified({ world, account, region }: Call, { RoleArn = '', ResourceArn }: ResourceInfo) {
  if (isServiceLinked(RoleArn)) return 'VERIFIED';
  const role = await world.backend.identity(RoleArn);
  if (!role || !(await isTrusting(world, role, { account, region }))) return 'VERIFICATION_FAILED';
  const [bucket = ''] = (ResourceArn ?? '').replace('arn:aws:s3:::', '').split('/');
  const facts = await world.backend.bucket(bucket);
  if (!facts) return 'VERIFICATION_FAILED';
  const { effect } = await world.iam.decide({
    caller: { kind: 'role', account: role.account, arn: RoleArn },
    action: 's3:GetObject',
    resource: `${ResourceArn?.replace(/\/+$/, '')}/*`,
    resourceAccount: facts.account,
    resourcePolicy: facts.policy,
  });
  return effect === 'allowed' ? 'VERIFIED' : 'VERIFICATION_FAILED';
}

async function checkRole(call: Call, arn: string): Promise<void> {
  if ((await call.world.backend.identity(arn)) === undefined) throw invalidInput(`Invalid role: ${arn}`);
  await call.world.iam.authorize({
    caller: call.caller,
    action: 'iam:PassRole',
    resource: arn,
    context: { 'iam:PassedToService': lakeFormation },
  });
}

/** Lake Formation makes the role and writes the location into its policy, both with the caller's rights. */
async function checkServiceLinked({ world, caller }: Call, resource: string): Promise<void> {
  const context = { 'iam:AWSServiceName': lakeFormation };
  await world.iam.authorize({ caller, action: 'iam:CreateServiceLinkedRole', resource, context });
  await world.iam.authorize({ caller, action: 'iam:PutRolePolicy', resource });
}

function grantLocation(call: Call, catalog: LakeFormationCatalog, arn: string): void {
  catalog.grants.add({
    principal: call.caller.arn,
    ref: { kind: 'location', catalog: call.account, arn },
    permissions: new Set(['DATA_LOCATION_ACCESS']),
    grantable: new Set(['DATA_LOCATION_ACCESS']),
    shares: [],
    updated: call.world.now(),
    by: call.caller.arn,
    shows: () => true,
  });
}

function pathOf(arn: string | undefined): string {
  if (!/^arn:aws[\w-]*:s3:::[^/]+/.test(arn ?? '')) throw invalidInput(`Invalid S3 location: ${arn}`);
  const path = (arn ?? '').replace(/\/+$/, '');
  if (path.length > longestPath) throw invalidInput(`The path is longer than ${longestPath} characters.`);
  return path;
}

function locationOf(call: Call, arn: string | undefined): ResourceInfo & { ResourceArn: string } {
  const found = catalogOf(call).locations.get(pathOf(arn));
  if (!found) throw notFound(`Resource ${arn}`);
  return found;
}

function fits(one: ResourceInfo, { Field, ComparisonOperator, StringValueList }: FilterCondition): boolean {
  const value = Field === 'ROLE_ARN' ? one.RoleArn : Field === 'RESOURCE_ARN' ? one.ResourceArn : undefined;
  const text = value ?? one.LastModified?.toISOString() ?? '';
  const [first = '', second = ''] = StringValueList ?? [];
  const tests: Record<string, () => boolean> = {
    EQ: () => text === first,
    NE: () => text !== first,
    LT: () => text < first,
    LE: () => text <= first,
    GT: () => text > first,
    GE: () => text >= first,
    CONTAINS: () => text.includes(first),
    NOT_CONTAINS: () => !text.includes(first),
    BEGINS_WITH: () => text.startsWith(first),
    IN: () => (StringValueList ?? []).includes(text),
    BETWEEN: () => text >= first && text <= second,
  };
  return tests[ComparisonOperator ?? 'EQ']?.() ?? false;
}

function catalogOf(call: Call): LakeFormationCatalog {
  return lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
}
