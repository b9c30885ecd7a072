/** Refusals that nobody in the account can help: what they are called, and whom to ask for what. */

/** By the code of the error: the cause of a finding, whatever was read or written. */
export const DENIED: Readonly<Record<string, string>> = {
  OrganizationDenied: 'denied-by-organization',
  OrganizationDeniedSharing: 'sharing-denied-by-organization',
  OrganizationDeniedSettings: 'settings-denied-by-organization',
  BoundaryDenied: 'denied-by-boundary',
};

const TO_DO: Readonly<Record<string, (where: string) => string>> = {
  OrganizationDenied: (where) =>
    `Let whoever keeps the organization's policies except our roles in ${where} from the statement that denies the action AWS names (ArnNotLike on aws:PrincipalArn, or ArnNotLikeIfExists in a resource control policy).`,
  OrganizationDeniedSharing: (where) =>
    `Lake Formation makes its RAM shares with our operator's rights, and they always allow accounts outside the organization. Let whoever keeps the organization's policies except our operator in ${where} from the statement on RAM, most often one on ram:RequestedAllowsExternalPrincipals (ArnNotLike on aws:PrincipalArn).`,
  OrganizationDeniedSettings: (where) =>
    `Let whoever keeps the organization's policies except our operator in ${where} from the statement on lakeformation:PutDataLakeSettings (ArnNotLike on aws:PrincipalArn); or write settings.administrator: byHand, and let who may write them make our roles administrators.`,
  BoundaryDenied: (where) =>
    `Add the action that AWS names to the permissions boundary of our roles in ${where}: rights count only as far as the boundary has them, too.`,
};

/** What a person does about such a refusal; undefined for other codes. */
export function denialRemedy(code: string, where: string): string | undefined {
  return TO_DO[code]?.(where);
}
