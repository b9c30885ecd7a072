/** ARNs of our roles in member accounts. */

import { type MemberRole, memberRoleArn } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';

/** ARN of one of our roles in a member account. */
export function roleArn(
  { policy: { partition, namespace }, rolePath }: { readonly policy: Policy; readonly rolePath: string },
  account: string,
  role: MemberRole,
): string {
  return memberRoleArn({ partition, account, namespace, path: rolePath, role });
}
