/** The table: AWS's error name and message → our code. The first row that fits decides. */

import type { ErrorCode } from '#contracts/errors.ts';

export interface Answer {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  /** False when what was thrown is not AWS's answer: a bug of ours, or the network. */
  readonly answered: boolean;
}

export interface Asker {
  readonly owner: boolean;
  readonly revoking?: boolean;
}

type Verdict = ErrorCode | ((asker: Asker) => ErrorCode | null);

interface Row {
  readonly code?: RegExp;
  readonly message?: RegExp;
  readonly verdict: Verdict;
}

const NOT_THERE: Verdict = (asker) => (asker.owner ? 'Missing' : 'NotVisible');
const ON_REVOKE: Verdict = (asker) => (asker.revoking ? 'NothingToRevoke' : null);

/** How IAM names the policy that refuses: of the account's organization, for callers or for resources. */
const ORGANIZATION_SAYS_NO = '(no|deny in a) (service|resource) control policy';

/** AWS says the same trouble under several names, so words that are sure come before names that are not. */
const ROWS: readonly Row[] = [
  // Lake Formation passes on other services' throttling under its own name, with the inner code in the message.
  {
    message: /Error Code: (Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)\b/,
    verdict: 'Transient',
  },
  { message: /^Rate exceeded\b/i, verdict: 'Transient' },
  { message: /Insufficient encryption key permissions/i, verdict: 'EncryptionDenied' },
  { code: /^(GlueEncryptionException|KMSAccessDenied(Exception)?|KMS\.\w+)$/, verdict: 'EncryptionDenied' },
  // What the organization forbids no grant of ours helps against, whatever key or table it is about.
  { message: new RegExp(`\\bram:\\w+.*${ORGANIZATION_SAYS_NO}`, 's'), verdict: 'OrganizationDeniedSharing' },
  {
    message: new RegExp(`\\blakeformation:PutDataLakeSettings\\b.*${ORGANIZATION_SAYS_NO}`, 's'),
    verdict: 'OrganizationDeniedSettings',
  },
  { message: new RegExp(ORGANIZATION_SAYS_NO), verdict: 'OrganizationDenied' },
  { message: /(no|deny in a) permissions boundary/, verdict: 'BoundaryDenied' },
  // Said under this and other names right after a share was accepted, as if somebody had no right.
  { message: /Insufficient Glue permissions/i, verdict: 'AccessDenied' },
  {
    code: /^AccessDenied/,
    message: /kms:(Decrypt|Encrypt|GenerateDataKey|ReEncrypt|CreateGrant)/,
    verdict: 'EncryptionDenied',
  },
  { message: /IAM_?ALLOWED_?PRINCIPALS|Illegal combination/i, verdict: 'ExposureInTheWay' },
  // S3 and KMS name a deleted principal in a policy the same way Lake Formation names one in a grant (G-B4, G-L16).
  { message: /Invalid principal|one or more invalid principals/i, verdict: 'PrincipalUnknown' },
  { message: /Grantee has no permissions|No permissions revoked/i, verdict: ON_REVOKE },
  { code: /^InvalidInput/, message: /^(?!.*organization).*not found/i, verdict: ON_REVOKE },
  // Under this name as well as under its own (G-L33).
  { code: /^InvalidInput/, message: /Tag key already exists/i, verdict: 'AlreadyExists' },
  {
    message: /exceeds the maximum allowed|maximum (allowed )?(document|policy) size|too large/i,
    verdict: 'LimitExceeded',
  },
  {
    code: /LimitExceeded|QuotaExceeded|^PackedPolicyTooLarge|^PolicyTooLarge/,
    message: /\b(throughput|rate)\b/i,
    verdict: 'Transient',
  },
  { code: /^(ProvisionedThroughput|RequestLimit|BandwidthLimit)Exceeded/, verdict: 'Transient' },
  { code: /LimitExceeded|QuotaExceeded|^PackedPolicyTooLarge|^PolicyTooLarge/, verdict: 'LimitExceeded' },
  { code: /^ConditionCheckFailure|^ConditionalCheckFailed/, verdict: 'DocumentChanged' },
  { code: /Invitation(Expired|AlreadyRejected)Exception$/, verdict: 'InvitationExpired' },
  { code: /^(EntityAlreadyExists|ExecutionAlreadyExists|.*AlreadyExists)(Exception)?$/, verdict: 'AlreadyExists' },
  {
    code: /^(EntityNotFound|NoSuch(Bucket|Key|Entity)|ResourceNotFound|StateMachineDoesNotExist|ExecutionDoesNotExist)/,
    verdict: NOT_THERE,
  },
  {
    code: /^(NotFound(Exception)?|UnknownResourceException|ResourceShareInvitationArnNotFoundException)$/,
    verdict: NOT_THERE,
  },
  // A request that was long on its way: the next is signed anew, and the SDK has set its clock by the answer.
  { code: /^InvalidSignature/, message: /Signature expired/, verdict: 'Transient' },
  {
    code: /^(CredentialsProviderError|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|TokenRefreshRequired)/,
    verdict: 'CredentialsMissing',
  },
  {
    code: /^(AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized|OperationNotPermitted|AllAccessDisabled)/,
    verdict: 'AccessDenied',
  },
  {
    code: /^(Throttl|TooManyRequests|SlowDown|RequestThrottled|PriorRequestNotComplete|EC2ThrottledException)/,
    verdict: 'Transient',
  },
  {
    code: /^(ConcurrentModification|OperationTimeout|OperationAborted|RequestTimeout|Timeout|InternalService|InternalServer|InternalError|InternalFailure|ServiceUnavailable|ServerInternal|ServiceFailure)/,
    verdict: 'Transient',
  },
  {
    code: /^(KMSInternalException|DependencyTimeoutException|KeyUnavailableException|FederationSourceRetryable|IDPCommunicationError)/,
    verdict: 'Transient',
  },
  { code: /^(TransactionInProgress|ReplicatedWriteConflict)Exception$/, verdict: 'Transient' },
  {
    code: /^(ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ENETDOWN|AbortError|NetworkingError)/,
    verdict: 'Transient',
  },
];

/** The code of the first row that fits; of an error that no row knows, what its HTTP status says. */
export function codeOf(answer: Answer, asker: Asker): ErrorCode {
  for (const row of ROWS) {
    if (row.code && !row.code.test(answer.code)) continue;
    if (row.message && !row.message.test(answer.message)) continue;
    const verdict = typeof row.verdict === 'function' ? row.verdict(asker) : row.verdict;
    if (verdict) return verdict;
  }
  return codeOfStatus(answer, asker);
}

/** An error of a name we don't know: its HTTP status says what kind it is. */
function codeOfStatus(answer: Answer, asker: Asker): ErrorCode {
  const { status, answered } = answer;
  if (status !== undefined && (status >= 500 || status === 429)) return 'Transient';
  // An answer the SDK could not read: AWS refused nothing.
  if (status !== undefined && status < 300) return 'Unexpected';
  if (status === 403) return 'AccessDenied';
  if (status === 404) return asker.owner ? 'Missing' : 'NotVisible';
  return answered ? 'RequestRefused' : 'Unexpected';
}
