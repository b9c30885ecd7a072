/** A plan as the command makes it, of a lake in this process. */

import type { Access } from '#aws/clients.ts';
import { CHANGES } from '#changes/registry.ts';
import type { PlanDocument } from '#contracts/documents.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { type PlanOptions, planScopes } from '#engine/plan.ts';
import { PATH } from '#hops/path.ts';

interface Planning extends PlanOptions {
  readonly policy: Policy;
  readonly access: Access;
  readonly ledger: Ledger;
}

export function plan({ policy, access, ledger, ...options }: Planning): Promise<PlanDocument> {
  const rolePath = memberRolePath(policy.namespace);
  const context = { policy, path: PATH, changes: CHANGES, access, rolePath, ledger, now: () => Date.now() };
  return planScopes(context, options);
}
