/**
 * One list of error codes. A code is the `name` of what is thrown, so that Step Functions' `ErrorEquals`,
 * alarms, the command's exit code and a finding all say the same word.
 */

export type ErrorKind = 'user' | 'denied' | 'missing' | 'conflict' | 'transient' | 'bug';

/** Every code we throw, with what kind of trouble it is. */
export const ERROR_KINDS = {
  PolicyInvalid: 'user',
  PolicyNotYet: 'user',
  UsageInvalid: 'user',
  EventInvalid: 'user',
  EnvironmentInvalid: 'user',
  /** AssumeRole into a member account was refused or the role is not there. */
  AccountNotEntered: 'denied',
  AccessDenied: 'denied',
  /** A policy of the organization says no; the two that are known to stop us have names of their own. */
  OrganizationDenied: 'denied',
  OrganizationDeniedSharing: 'denied',
  OrganizationDeniedSettings: 'denied',
  /** A permissions boundary of our role says no. */
  BoundaryDenied: 'denied',
  CredentialsMissing: 'denied',
  EncryptionDenied: 'denied',
  /** Only the owner of a thing may say so (law 6). */
  Missing: 'missing',
  /** "Not found" seen from any account but the owner's. */
  NotVisible: 'missing',
  AlreadyExists: 'conflict',
  /** A document changed between our read and our write. */
  DocumentChanged: 'conflict',
  /** What a write would do by what is there now is more than was assessed. */
  Outdated: 'conflict',
  LeaseHeld: 'conflict',
  ExposureInTheWay: 'conflict',
  InvitationExpired: 'conflict',
  /** A principal AWS does not (yet) know. */
  PrincipalUnknown: 'conflict',
  LimitExceeded: 'conflict',
  /** A revoke of what is not there: success for whoever wanted it gone. */
  NothingToRevoke: 'conflict',
  BrakePulled: 'conflict',
  /** Throttled, timed out, concurrent modification, 5xx or a cut connection, after the SDK's retries. */
  Transient: 'transient',
  NotYetVisible: 'transient',
  /** A stage has used up the time of one call; called again, it goes on where it is. */
  MoreToDo: 'transient',
  /** AWS understood the request and refuses its shape or content. */
  RequestRefused: 'bug',
  Unexpected: 'bug',
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** AWS says no to who asks: the caller sees nothing, and may ask as somebody else. */
export const DENIALS = [
  'AccessDenied',
  'OrganizationDenied',
  'OrganizationDeniedSharing',
  'OrganizationDeniedSettings',
  'BoundaryDenied',
] as const satisfies readonly ErrorCode[];

/** What AWS answered, kept for the finding: never rewritten. */
export interface AwsAnswer {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string | undefined;
}

export interface LakeErrorOptions {
  readonly message: string;
  readonly remedy?: string;
  readonly aws?: AwsAnswer;
  readonly cause?: unknown;
  /** The SDK had sent the request before: its first try may have been taken, and the answer lost. */
  readonly repeated?: boolean;
}

/** The only error we throw on purpose. `message` says what was found, `remedy` what to do. */
export class LakeError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly remedy: string | undefined;
  readonly aws: AwsAnswer | undefined;
  readonly repeated: boolean;

  constructor(code: ErrorCode, options: LakeErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.kind = ERROR_KINDS[code];
    this.remedy = options.remedy;
    this.aws = options.aws;
    this.repeated = options.repeated ?? false;
  }
}

export function isLakeError(error: unknown, ...codes: ErrorCode[]): error is LakeError {
  return error instanceof LakeError && (codes.length === 0 || codes.includes(error.code));
}

/** Exit codes of every command; printed by `--help`. */
export const EXIT_CODES = {
  done: 0,
  broke: 1,
  changes: 2,
  /** `plan --fail-on`: findings that were asked for. */
  findings: 3,
  usage: 64,
  denied: 77,
  interrupted: 130,
} as const;
