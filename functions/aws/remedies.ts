/** What a person does about an error that is the same wherever it happens. Hops know better about theirs. */

import type { ErrorCode } from '#contracts/errors.ts';
import { denialRemedy } from '#core/denials.ts';

const REMEDIES: Partial<Record<ErrorCode, (where: string) => string>> = {
  AccessDenied: (where) =>
    `check in ${where} that the onramp roles are of this version, that Lake Formation knows them as administrators, and that no service control policy denies the action`,
  AccountNotEntered: (where) =>
    `deploy the member role stack to ${where}, or correct the trust of its roles to name this hub`,
  CredentialsMissing: () => 'sign in again, or set AWS_PROFILE to a profile that has credentials',
  EncryptionDenied: (where) =>
    `let the onramp roles in ${where} use the KMS key by its key policy; a key managed by AWS cannot be shared`,
  ExposureInTheWay: () =>
    'set exposure: revoke or exposure: hybrid for the product, or revoke IAM_ALLOWED_PRINCIPALS on it by hand',
  InvitationExpired: (where) =>
    `share anew from the sender's account: invitations of Glue resources to ${where} expire after 12 hours`,
  LimitExceeded: (where) => `raise the quota in ${where}, or name fewer principals or accounts in the policy`,
  NotVisible: () => 'check in the account that owns it whether it exists and is shared',
  PrincipalUnknown: () =>
    'wait a minute if the principal was just created; else correct the policy or remove the deleted principal',
  Transient: () => 'nothing: the next run tries again',
};

/** `said`: AWS's message, where it tells more than the code. */
export function remedyFor(code: ErrorCode, where: string, said = ''): string | undefined {
  if (code === 'AccessDenied' && /Lake Formation permission/i.test(said)) return unknownToLakeFormation(where);
  return denialRemedy(code, where) ?? REMEDIES[code]?.(where);
}

/** The usual reason: nobody has made our reader an administrator there yet, and only a person does (law 11). */
function unknownToLakeFormation(where: string): string {
  const [account] = /\d{12}/.exec(where) ?? ['ACCOUNT'];
  return `run "onramp enroll ${account}" as a Lake Formation administrator of that account; if that was done, grant what AWS names`;
}
