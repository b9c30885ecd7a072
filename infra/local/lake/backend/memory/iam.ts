/** IAM in memory. */

import { simulatePrincipalPolicy } from '../../iam/simulate.ts';
import type { Call, ServiceModule } from '../../service.ts';
import { detailOperations } from './iam-details.ts';
import { policyOperations } from './iam-policies.ts';
import { identityOperations } from './iam-roles.ts';
import { accountOf, type MemoryState } from './state.ts';

interface Names {
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyArn?: string;
  readonly PolicySourceArn?: string;
  readonly Path?: string;
}

function resources(state: MemoryState, call: Call, input: Names): readonly string[] {
  const arn = (kind: 'role' | 'user', name: string): string => {
    const table = accountOf(state, call.account)[kind === 'role' ? 'roles' : 'users'];
    return table.get(name.toLowerCase())?.arn ?? `arn:aws:iam::${call.account}:${kind}${input.Path ?? '/'}${name}`;
  };
  if (input.RoleName !== undefined) return [arn('role', input.RoleName)];
  if (input.UserName !== undefined) return [arn('user', input.UserName)];
  if (input.PolicySourceArn !== undefined) return [input.PolicySourceArn];
  return [input.PolicyArn ?? (call.operation === 'ListRoles' ? `arn:aws:iam::${call.account}:role/` : '*')];
}

/** IAM over this state. */
export const createIamModule = (state: MemoryState): ServiceModule => ({
  name: 'iam',
  operations: {
    ...identityOperations(state),
    ...policyOperations(state),
    ...detailOperations(state),
    SimulatePrincipalPolicy: (call, input) => simulatePrincipalPolicy(call.world, input),
  },
  resources: (call, input: Names) => resources(state, call, input),
});
