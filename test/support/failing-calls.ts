/**
 * Calls of our adapters that AWS refuses, each in another way. Also an entry that is bundled as our functions are: it may
 * import only what they do.
 */

import { publishAlert, putEvent } from '#aws/alerts.ts';
import { putBucketPolicy, readBucketPolicy, readEncryption } from '#aws/buckets.ts';
import { readCatalog } from '#aws/catalog.ts';
import { readKey } from '#aws/catalog-key.ts';
import { putCatalogPolicy } from '#aws/catalog-policy.ts';
import { type Clients, createAccess, type HubClients } from '#aws/clients.ts';
import { grantBatch, listGrants } from '#aws/grants.ts';
import { createDynamoLedger } from '#aws/ledger.ts';
import { startMachine } from '#aws/machines.ts';
import { readOrganization } from '#aws/organization.ts';
import { getRole } from '#aws/roles.ts';
import { eventsClient, snsClient } from '#aws/service-clients.ts';
import { createSessions, type SessionOptions } from '#aws/sessions.ts';
import { acceptInvitation } from '#aws/shares.ts';
import { isLakeError } from '#contracts/errors.ts';

type Own = Clients & HubClients;

/** How a service words errors: in JSON, as S3 does, or as the query protocol does. */
type Wording = 'json' | 's3' | 'query';

export interface FailingCall {
  readonly code: string;
  readonly wording: Wording;
  readonly status: number;
  readonly message: string;
  call(own: Own): Promise<unknown>;
}

const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-1';
const DATABASE = { type: 'database', catalog: ACCOUNT, database: 'db' } as const;
const GRANT = { principal: '222222222222', resource: DATABASE, permissions: ['DESCRIBE'], grantable: [] } as const;
const BUCKET = { bucket: 'lake', owner: ACCOUNT } as const;

const options: SessionOptions = {
  partition: 'aws',
  namespace: 'onramp',
  rolePath: '/onramp/',
  sessionName: 'test',
  baseCredentials: async () => ({ accessKeyId: 'AKIDHUB', secretAccessKey: 'secret' }),
  retryDelayMs: 0,
};

const read = (own: Own) => readCatalog(own, { account: ACCOUNT, database: 'db', owner: false });
const readOwn = (own: Own) => readCatalog(own, { account: ACCOUNT, database: 'db', owner: true });
const write = (own: Own) => putCatalogPolicy(own, { account: ACCOUNT, text: '{}', previousHash: 'h', hybrid: true });
const list = (own: Own) => listGrants(own, { account: ACCOUNT, owner: true, resource: DATABASE });
const grant = (own: Own) => grantBatch(own, ACCOUNT, [{ ...GRANT }]);
const accept = (own: Own) => acceptInvitation(own, { arn: 'arn:aws:ram::1:resource-share-invitation/i', token: 't' });
const start = (own: Own) =>
  startMachine(own.sfn, { machineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:m`, name: 'n', input: '{}' });
const lease = (own: Own) =>
  createDynamoLedger(own.dynamodb, 'table', async () => undefined).take({ key: 'k', holder: 'h', until: 2 }, 1);
const halted = (own: Own) => createDynamoLedger(own.dynamodb, 'table', async () => undefined).halt();
const own = createSessions(options).own(REGION);
const put = () => putEvent(eventsClient(own), { bus: 'bus', source: 's', detailType: 'd', detail: {} });
const publish = () => publishAlert(snsClient(own), { topicArn: `arn:aws:sns:${REGION}:1:t`, subject: 's', body: 'b' });
const session = () =>
  createAccess(options).member({ account: ACCOUNT, region: REGION, role: 'Reader' }).glue.config.credentials();

type Row = readonly [code: string, call: FailingCall['call'], wording?: Wording, status?: number, message?: string];

const ROWS: readonly Row[] = [
  ['EntityNotFoundException', read],
  ['EntityNotFoundException', readOwn],
  ['AccessDeniedException', read],
  ['GlueEncryptionException', read],
  ['OperationTimeoutException', read],
  ['InternalServiceException', read, 'json', 500],
  ['ConditionCheckFailureException', write],
  ['ResourceNumberLimitExceededException', write],
  ['ConcurrentModificationException', grant],
  ['InvalidInputException', grant, 'json', 400, 'Insufficient encryption key permissions for Glue API'],
  ['InvalidInputException', grant, 'json', 400, 'Please revoke permission(s) for IAM_ALLOWED_PRINCIPALS on the table'],
  ['ThrottlingException', list],
  ['SomethingNewException', list],
  ['ResourceShareInvitationExpiredException', accept],
  ['ResourceShareInvitationAlreadyAcceptedException', accept],
  ['ResourceShareInvitationArnNotFoundException', accept],
  ['NoSuchEntity', (own) => getRole(own, 'r'), 'query', 404],
  ['ServiceFailure', (own) => getRole(own, 'r'), 'query', 500],
  ['AccessDenied', session, 'query', 403],
  ['RegionDisabledException', session, 'query', 403],
  ['NoSuchBucket', (own) => readBucketPolicy(own, BUCKET), 's3', 404],
  ['NoSuchBucketPolicy', (own) => readBucketPolicy(own, BUCKET), 's3', 404],
  ['AccessDenied', (own) => readEncryption(own, BUCKET), 's3', 403],
  ['ServerSideEncryptionConfigurationNotFoundError', (own) => readEncryption(own, BUCKET), 's3', 404],
  ['MalformedPolicy', (own) => putBucketPolicy(own, { ...BUCKET, text: '{}' }), 's3', 400, 'Invalid principal'],
  ['SlowDown', (own) => putBucketPolicy(own, { ...BUCKET, text: '{}' }), 's3', 503],
  ['NotFoundException', (own) => readKey(own, 'alias/x')],
  ['KMSInternalException', (own) => readKey(own, 'alias/x'), 'json', 500],
  ['DependencyTimeoutException', (own) => readKey(own, 'alias/x'), 'json', 503],
  ['AWSOrganizationsNotInUseException', readOrganization],
  ['TooManyRequestsException', readOrganization],
  ['ExecutionAlreadyExists', start],
  ['StateMachineDoesNotExist', start],
  ['ConditionalCheckFailedException', lease],
  ['ResourceNotFoundException', halted],
  ['ProvisionedThroughputExceededException', halted],
  ['ReplicatedWriteConflictException', lease],
  ['InternalException', put, 'json', 500],
  ['ResourceNotFoundException', put],
  ['AuthorizationError', publish, 'query', 403],
  ['NotFound', publish, 'query', 404],
  ['KMSAccessDenied', publish, 'query', 400],
];

export const FAILING_CALLS: readonly FailingCall[] = ROWS.map(
  ([code, call, wording = 'json', status = 400, message = `${code}, said AWS`]) => ({
    code,
    call,
    wording,
    status,
    message,
  }),
);

/** What came of one call: the answer where the refusal is one, else our error, as far as anybody reads it. */
export async function outcomeOf(nth: number): Promise<unknown> {
  try {
    return { answer: await FAILING_CALLS[nth]?.call(createAccess(options).own(REGION)) };
  } catch (error) {
    if (!isLakeError(error)) return { thrown: String(error) };
    const { code, message, remedy, aws, repeated } = error;
    return { code, message, remedy, aws: aws && { code: aws.code, message: aws.message }, repeated };
  }
}
