import { expect, test } from 'vitest';
import { errorFromEntry, toLakeError, type View } from '#aws/errors.ts';
import { LakeError } from '#contracts/errors.ts';
import { troubleOf } from '#core/observed.ts';

const owner: View = { account: '111111111111', owner: true, doing: 'grant SELECT on table 111111111111/cur_org.t' };
const guest: View = { ...owner, owner: false };
const revoke: View = { ...owner, revoking: true };
const entry = (ErrorCode: string, ErrorMessage = '') => ({ ErrorCode, ErrorMessage });

test('not found is Missing only to the owner; anybody else is told NotVisible (law 6, G-K1)', () => {
  for (const code of [
    'EntityNotFoundException',
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchEntityException',
    'NotFoundException',
  ]) {
    expect(errorFromEntry(entry(code), owner).code).toBe('Missing');
    expect(errorFromEntry(entry(code), guest).code).toBe('NotVisible');
  }
});

test.for([
  ['AccessDeniedException', 'Insufficient Lake Formation permission(s): Required Describe on t', 'AccessDenied'],
  ['AccessDenied', 'User is not authorized to perform: kms:GetKeyPolicy', 'AccessDenied'],
  ['UnauthorizedOperation', '', 'AccessDenied'],
  ['OperationNotPermittedException', '', 'AccessDenied'],
  ['AccessDeniedException', 'is not authorized to perform: kms:Decrypt on resource', 'EncryptionDenied'],
  ['InvalidInputException', 'Insufficient Glue permissions to access table orders', 'AccessDenied'],
  [
    'AccessDeniedException',
    'User: x is not authorized to perform: ram:CreateResourceShare with an explicit deny in a service control policy',
    'OrganizationDeniedSharing',
  ],
  [
    'AccessDeniedException',
    'x is not authorized to perform: lakeformation:PutDataLakeSettings on resource: y with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/service_control_policy/p-1',
    'OrganizationDeniedSettings',
  ],
  [
    'AccessDenied',
    'x is not authorized to perform: kms:Decrypt because no service control policy allows the kms:Decrypt action',
    'OrganizationDenied',
  ],
  ['AccessDenied', 'x with an explicit deny in a resource control policy', 'OrganizationDenied'],
  ['AccessDenied', 'x because no permissions boundary allows the glue:GetTable action', 'BoundaryDenied'],
  ['GlueEncryptionException', '', 'EncryptionDenied'],
  ['InvalidInputException', 'Insufficient encryption key permissions for Glue API', 'EncryptionDenied'],
  ['InvalidInputException', 'Please revoke permission(s) for IAM_ALLOWED_PRINCIPALS on the table', 'ExposureInTheWay'],
  ['AccessDeniedException', 'Insufficient Lake Formation permissions: Illegal combination', 'ExposureInTheWay'],
  ['InvalidInputException', 'Invalid principal, arn:aws:iam::1:role/x', 'PrincipalUnknown'],
  [
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals.',
    'PrincipalUnknown',
  ],
  ['MalformedPolicy', 'Invalid principal in policy', 'PrincipalUnknown'],
  ['MalformedPolicy', 'Policy has invalid action', 'RequestRefused'],
  ['InvalidInputException', 'Permissions modification is invalid.', 'RequestRefused'],
  ['InvalidInputException', 'cannot grant/revoke permission on non-existent column', 'RequestRefused'],
  ['ConditionCheckFailureException', '', 'DocumentChanged'],
  ['AlreadyExistsException', '', 'AlreadyExists'],
  ['ExecutionAlreadyExists', '', 'AlreadyExists'],
  ['ResourceNumberLimitExceededException', '', 'LimitExceeded'],
  ['MalformedPolicy', 'Your policy exceeds the maximum allowed document size', 'LimitExceeded'],
  ['PackedPolicyTooLargeException', '', 'LimitExceeded'],
  ['ResourceShareInvitationExpiredException', '', 'InvitationExpired'],
  ['CredentialsProviderError', 'Could not load credentials from any providers', 'CredentialsMissing'],
  ['ExpiredTokenException', '', 'CredentialsMissing'],
  ['ConcurrentModificationException', '', 'Transient'],
  ['OperationTimeoutException', '', 'Transient'],
  ['ThrottlingException', 'Rate exceeded', 'Transient'],
  [
    'InvalidInputException',
    'Rate exceeded (Service: AmazonIdentityManagement; Status Code: 400; Error Code: Throttling; Request ID: 1)',
    'Transient',
  ],
  ['InvalidInputException', 'Service: Iam; Error Code: TooManyRequestsException; Request ID: 1', 'Transient'],
  ['ResourceNumberLimitExceededException', 'too many grants on corporate_db', 'LimitExceeded'],
  ['LimitExceededException', 'Rate of requests', 'Transient'],
  ['ProvisionedThroughputExceededException', '', 'Transient'],
  ['InternalServiceException', '', 'Transient'],
  ['SomethingNewException', 'never seen', 'RequestRefused'],
] as const)('%s "%s" is %s', ([code, message, expected]) => {
  expect(errorFromEntry(entry(code, message), owner).code).toBe(expected);
});

test.for([
  'Grantee has no permissions and does not have grantable permissions',
  'No permissions revoked. Grantee does not have:[SELECT]',
  'Resource not found',
])('a revoke answered "%s" revoked nothing; the same words to a grant are an error (G-L15)', (message) => {
  expect(errorFromEntry(entry('InvalidInputException', message), revoke).code).toBe('NothingToRevoke');
  expect(errorFromEntry(entry('InvalidInputException', message), owner).code).toBe('RequestRefused');
});

test('other refusals of a revoke stay refusals (G-L15)', () => {
  const organization = 'Organization o-a1b2c3d4e5 not found';
  expect(errorFromEntry(entry('InvalidInputException', organization), revoke).code).toBe('RequestRefused');
  expect(errorFromEntry(entry('InvalidInputException', 'Permissions modification is invalid.'), revoke).code).toBe(
    'RequestRefused',
  );
});

test.for(['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN'])(
  'a connection cut with %s is Transient',
  (code) => {
    const error = Object.assign(new Error('socket hang up'), { code });
    expect(toLakeError(error, owner)).toMatchObject({ code: 'Transient', aws: { code } });
  },
);

test('a bug of ours is Unexpected and keeps its cause', () => {
  const bug = new TypeError('x is undefined');
  const error = toLakeError(bug, owner);
  expect(error).toMatchObject({ code: 'Unexpected', kind: 'bug' });
  expect(error.cause).toBe(bug);
});

test('the message says what was being done, where, and what AWS said; the answer is kept as it was', () => {
  const aws = Object.assign(new Error('no'), {
    name: 'AccessDeniedException',
    $fault: 'client',
    $metadata: { requestId: 'r-1' },
  });
  const error = toLakeError(aws, owner);
  expect(error.message).toBe('could not grant SELECT on table 111111111111/cur_org.t in account 111111111111: no');
  expect(error.aws).toEqual({ code: 'AccessDeniedException', message: 'no', requestId: 'r-1' });
  expect(error.remedy).toContain('account 111111111111');
});

test('what Lake Formation refuses somebody it does not know is cured by enrolling (law 11)', () => {
  const said = 'Insufficient Lake Formation permission(s): Required Describe on cur_org';
  expect(errorFromEntry(entry('AccessDeniedException', said), owner).remedy).toContain('onramp enroll 111111111111');
  expect(errorFromEntry(entry('AccessDeniedException', 'no'), owner).remedy).not.toContain('enroll');
});

test('an error that is ours already is passed on as it is', () => {
  const error = new LakeError('LeaseHeld', { message: 'held' });
  expect(toLakeError(error, owner)).toBe(error);
});

test('trouble keeps our code, the remedy and AWS’s words, and nothing that cannot be stored', () => {
  const error = errorFromEntry(entry('ResourceShareInvitationExpiredException', 'gone'), owner);
  expect(troubleOf(error)).toEqual({
    code: 'InvitationExpired',
    message: error.message,
    remedy: error.remedy,
    aws: { code: 'ResourceShareInvitationExpiredException', message: 'gone' },
  });
  const bare = troubleOf(toLakeError(new Error('bare'), owner));
  expect(bare).toMatchObject({ code: 'Unexpected', message: expect.stringContaining('bare') });
  expect(JSON.parse(JSON.stringify(bare))).toEqual(bare);
});
