/** One spelling for each principal, so that what we read can be compared with what we want (G-L23). */

import type { DataLakePrincipal } from '@aws-sdk/client-lakeformation';
import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import { required } from './paging.ts';

/** The identifier; of everybody always IAM_ALLOWED_PRINCIPALS. @throws LakeError when it names nobody. */
export function principalOf(principal: DataLakePrincipal | undefined): string {
  const name = required(principal?.DataLakePrincipalIdentifier, 'the name of a principal');
  return isEverybody(name) ? IAM_ALLOWED_PRINCIPALS : name;
}

/** The API says IAM_ALLOWED_PRINCIPALS, the console IAMAllowedPrincipals, old policies EVERYONE. */
export function isEverybody(name: string): boolean {
  return /^(everyone|iam_?allowed_?principals)$/i.test(name);
}
