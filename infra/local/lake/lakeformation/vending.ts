/** Credentials for a table's data: those of the role its location is registered with, cut down to the place. */

import type {
  GetTemporaryGluePartitionCredentialsRequest,
  GetTemporaryGlueTableCredentialsRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { findTable, partitionKey, type TableEntry } from '../glue/state.ts';
import { accountNames } from '../ram/recipients.ts';
import type { Call } from '../service.ts';
import { notFound } from './authority.ts';
import { canDescribeTable, selectableColumns, type TableAt } from './authorize.ts';
import { isHybrid, isOptedIn } from './exposure.ts';
import { locationCovering } from './locations.ts';
import { namesOf } from './principals.ts';
import { invalidInput } from './resources.ts';
import { isServiceLinked, isTrusting } from './roles.ts';
import { settingsOf } from './state.ts';
import { insufficient } from './tags.ts';
import type { Place } from './target.ts';

const hour = 3600;

/** Credentials for a table's data. Throws for who may not select it, and where its location is not registered. */
export async function getTemporaryGlueTableCredentials(
  call: Call,
  input: GetTemporaryGlueTableCredentialsRequest,
): Promise<object> {
  const { at, entry } = tableOf(call, input.TableArn);
  const location = input.S3Path ?? entry.table.StorageDescriptor?.Location;
  return vend(call, at, location, input);
}

/** Credentials for one partition's data, under the same terms as for its table. */
export async function getTemporaryGluePartitionCredentials(
  call: Call,
  input: GetTemporaryGluePartitionCredentialsRequest,
): Promise<object> {
  const { at, entry } = tableOf(call, input.TableArn);
  const partition = entry.partitions.get(partitionKey(input.Partition?.Values ?? []));
  if (!partition) throw notFound('Partition');
  return vend(call, at, partition.StorageDescriptor?.Location, input);
}

type Terms = Pick<
  GetTemporaryGlueTableCredentialsRequest,
  'Permissions' | 'SupportedPermissionTypes' | 'DurationSeconds'
>;

async function vend(call: Call, at: TableAt, location: string | undefined, terms: Terms): Promise<object> {
  const { world, caller } = call;
  await world.iam.authorize({ caller, action: 'lakeformation:GetDataAccess', resource: '*' });
  checkEngine(call, at);
  checkColumns(call, at, terms);
  const registered = location === undefined ? undefined : locationCovering(world, at, location);
  if (!registered || location === undefined)
    throw invalidInput(
      `The location of table ${at.table} is not registered with Lake Formation: register the S3 path.`,
    );
  if (isHybrid(world, at) && !optedIn(call, at)) throw insufficient('Opt In', at.table);
  const principal = await vendingPrincipal(call, registered.RoleArn ?? '', at);
  const issued = world.credentials.issueCredentials(principal, {
    sessionName: 'AWSLF-00-GL',
    sessionPolicies: [policyFor(location, terms.Permissions ?? ['SELECT'])],
    expiresAt: world.now() + (terms.DurationSeconds ?? hour) * 1000,
  });
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    SessionToken: issued.sessionToken,
    Expiration: issued.expiration,
    VendedS3Path: [location],
  };
}

/** Engines read whole tables where the accounts allow that to everyone who holds the permissions. */
function checkEngine({ world, account, region }: Call, at: TableAt): void {
  const asked = world.switch('lf-full-table-setting') === 'both' ? [at.account, account] : [at.account];
  const allowed = asked.every((one) => settingsOf(world, one, region).AllowFullTableExternalDataAccess === true);
  if (!allowed)
    throw new AwsError('AccessDeniedException', 'Access to full table data by external engines is not allowed.');
}

function checkColumns({ world, caller }: Call, at: TableAt, terms: Terms): void {
  const columns = selectableColumns(world, caller, at);
  if (!columns) throw insufficient('Select', at.table);
  const table = findTable(world.glue, at.account, at.region, at.database, at.table)?.table;
  const all = [...(table?.StorageDescriptor?.Columns ?? []), ...(table?.PartitionKeys ?? [])];
  const hidesRows = all.some(({ Name = '' }) => columns.rows(Name) !== undefined);
  const leavesOut = !columns.all && !(hidesRows && all.every(({ Name = '' }) => columns.may(Name)));
  if (leavesOut && !terms.SupportedPermissionTypes?.includes('COLUMN_PERMISSION'))
    throw new AwsError(
      'PermissionTypeMismatchException',
      'The engine does not support filtering of columns, which the permissions on the table ask for.',
    );
  if (hidesRows && !terms.SupportedPermissionTypes?.includes('CELL_FILTER_PERMISSION'))
    throw new AwsError(
      'PermissionTypeMismatchException',
      'The engine does not support filtering of cells, which the permissions on the table ask for.',
    );
}

function optedIn({ world, caller, region }: Call, at: TableAt): boolean {
  if (caller.account === at.account) return isOptedIn(world, at, namesOf(caller), at);
  const home = { account: caller.account, region };
  const shared = [...accountNames(world, caller.account), caller.arn];
  return isOptedIn(world, at, shared, at) && isOptedIn(world, home, namesOf(caller), at);
}

/** The service-linked role reads whatever its own account's buckets hold. */
async function vendingPrincipal({ world }: Call, role: string, owner: Place): Promise<string> {
  if (isServiceLinked(role)) return `arn:aws:iam::${owner.account}:root`;
  const identity = await world.backend.identity(role);
  if (!identity || !(await isTrusting(world, identity, owner)))
    throw new AwsError('AccessDeniedException', `Lake Formation is not authorized to assume role ${role}.`);
  return role;
}

function policyFor(location: string, permissions: readonly string[]): string {
  const path = location.replace(/^s3[an]?:\/\//, '').replace(/\/+$/, '');
  const [bucket = ''] = path.split('/');
  const writes = permissions.some((permission) => ['ALL', 'INSERT', 'DELETE'].includes(permission));
  const objects = writes ? ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'] : ['s3:GetObject'];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: objects, Resource: `arn:aws:s3:::${path}/*` },
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetBucketLocation'], Resource: `arn:aws:s3:::${bucket}` },
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
    ],
  });
}

function tableOf(call: Call, arn = ''): { at: TableAt; entry: TableEntry } {
  const parts = /^arn:aws[\w-]*:glue:([\w-]+):(\d{12}):table\/([^/]+)\/([^/]+)$/.exec(arn);
  if (!parts) throw invalidInput(`Invalid table ARN: ${arn}`);
  const [, region = '', account = '', database = '', table = ''] = parts;
  const at = { account, region, database: database.toLowerCase(), table: table.toLowerCase() };
  const entry = findTable(call.world.glue, account, region, at.database, at.table);
  if (!entry || !canDescribeTable(call.world, call.caller, at)) throw notFound(`Table ${at.table}`);
  return { at, entry };
}
