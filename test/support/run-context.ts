/** A run of a cloud's own, as the function makes it: for tests that write changes themselves. */

import { CHANGES } from '#changes/registry.ts';
import type { Policy } from '#contracts/policy.ts';
import type { RunContext } from '#engine/context.ts';
import { PATH } from '#hops/path.ts';
import type { InProcess } from './in-process.ts';

export function runContext(cloud: InProcess, policy: Policy, more: Partial<RunContext> = {}): RunContext {
  const { access, ledger, snapshots, env } = cloud.reconcileServices;
  return {
    ...{ policy, path: PATH, changes: CHANGES, access, ledger, snapshots, rolePath: env.MEMBER_ROLE_PATH },
    observations: { read: async () => null, write: async () => '' },
    standing: async () => 'current',
    ...{ execution: 'this-one', invocation: 'this-call', patient: false, atWork: 1 },
    now: cloud.clock.now,
    sleep: async (ms) => {
      await cloud.clock.sleep(ms);
    },
    emit: () => {},
    start: async () => 'started',
    ...more,
  };
}
