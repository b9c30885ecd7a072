/** Ways into AWS for a person's command: from the credentials in the environment, nothing kept. */

import { type Access, createAccess } from '#aws/clients.ts';
import { createDynamoLedger, endsNothing } from '#aws/ledger.ts';
import { starterOf, statusesOf } from '#aws/machines.ts';
import { type Caller, credentialsOf, readCaller } from '#aws/person.ts';
import { nameIn } from '#contracts/arn.ts';
import { DENIALS, isLakeError, LakeError } from '#contracts/errors.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { type MachineName, machineName, memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import type { MachineStart, Starter } from '#core/start.ts';

/** As the person. */
export function ownAccess(policy: Policy, rolePath: string | undefined): Access {
  return createAccess(sessionOptions(policy, rolePath));
}

/**
 * As the hub's role for planning, which members' readers let in. Somebody who is that role already, or says `self`,
 * goes in as they are.
 */
export async function planAccess(
  policy: Policy,
  options: { role?: string | undefined; rolePath?: string | undefined },
): Promise<Access> {
  const own = ownAccess(policy, options.rolePath);
  const role = options.role ?? planRoleArn(policy);
  const caller = await readCaller(own.own(policy.hub.region).sts);
  if (role === 'self' || caller.arn.includes(`:assumed-role/${nameIn(role)}/`)) return own;
  const baseCredentials = credentialsOf({ arn: role, region: policy.hub.region });
  const access = createAccess({ ...sessionOptions(policy, options.rolePath), baseCredentials });
  await entered(access, { role, policy, caller });
  return access;
}

/** Refused here it is one plain error; refused later it would be as many unknown hops as the policy has. */
async function entered(
  access: Access,
  { role, policy, caller }: { role: string; policy: Policy; caller: Caller },
): Promise<void> {
  try {
    await readCaller(access.own(policy.hub.region).sts);
  } catch (error) {
    if (!isLakeError(error, ...DENIALS, 'AccountNotEntered', 'NotVisible')) throw error;
    throw new LakeError('AccessDenied', {
      message: `${caller.arn} may not become ${role}`,
      remedy: `use credentials of the hub account ${policy.hub.account} that may assume it; if it isn't there, deploy the hub first`,
      ...(error.aws ? { aws: error.aws } : {}),
      cause: error,
    });
  }
}

/** The hub's ledger, or an empty one: then what we granted looks like somebody else's. */
export function planLedger(access: Access, policy: Policy, table: string | undefined): Ledger {
  if (table === undefined) return createMemoryLedger();
  return createDynamoLedger(access.own(policy.hub.region).dynamodb, table, endsNothing);
}

/** The hub, as a person works in it. */
export interface HubWays {
  readonly ledger: Ledger;
  /** ARN of the person. */
  readonly by: string;
  /** Starts a machine, with the person's own rights. */
  readonly start: Starter;
  /** How an execution stands. */
  statusOf(start: MachineStart): Promise<string>;
}

/** The hub's ledger and machines, as the person, and who that is. */
export async function hubLedger(policy: Policy, table: string): Promise<HubWays> {
  const { partition, namespace, hub } = policy;
  const clients = ownAccess(policy, undefined).own(hub.region);
  const { arn } = await readCaller(clients.sts);
  const machine = (name: MachineName) =>
    `arn:${partition}:states:${hub.region}:${hub.account}:stateMachine:${machineName(namespace, name)}`;
  const machines = {
    publish: machine('publish-database'),
    onboard: machine('onboard-account'),
    survey: machine('survey-account'),
  };
  const sfn = () => clients.sfn;
  const start = starterOf({ sfn, machines, now: Date.now });
  const ledger = createDynamoLedger(clients.dynamodb, table, endsNothing);
  return { ledger, by: arn, start, statusOf: statusesOf({ sfn, machines }) };
}

function planRoleArn({ namespace, partition, hub }: Policy): string {
  return `arn:${partition}:iam::${hub.account}:role${memberRolePath(namespace)}${namespace}-hub-plan`;
}

function sessionOptions({ partition, namespace, hub }: Policy, rolePath: string | undefined) {
  const path = rolePath ?? memberRolePath(namespace);
  return { partition, namespace, rolePath: path, sessionName: 'onramp-plan', region: hub.region };
}
