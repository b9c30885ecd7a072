/** The demo's consumer with a second job role, and what happens to what its roles hold. */

import { TagRoleCommand, UntagRoleCommand } from '@aws-sdk/client-iam';
import {
  BatchGrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import type { Policy } from '#contracts/policy.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { ANALYTICS, CUR, JOB, type Reader, readerArn } from '../../infra/local/scenes/places.ts';
import { clientConfig, makeRole } from '../../infra/local/scenes/world.ts';
import { root } from './aws-console.ts';
import { demoPolicy } from './demo-policy.ts';
import type { InProcess, InProcessOptions } from './in-process.ts';
import { writes } from './journal.ts';
import { crawled, published, type Step, scenario } from './scenario.ts';
import { CONSUMER, openFindings } from './scopes.ts';
import { stateOf } from './state.ts';

type Change = NonNullable<Parameters<typeof demoPolicy>[1]>;

/** `cur` is for roles with a tag, the others for those under a path. */
export const policyWith = (change: Change = () => undefined): Policy =>
  demoPolicy('demo-revoke', (document) => {
    const { cur } = document.products;
    if (cur) cur.consumers.jobRoles = [{ match: 'role/*data-lake-*', proof: 'tag' }];
    change(document);
  });
export const policy = policyWith();
export const without =
  (name: string): Change =>
  ({ products }) =>
    void delete products[name];

export const SECOND: Reader = { name: 'second', account: ANALYTICS, path: '/data-jobs/', role: 'data-lake-second' };
const PROOF = 'onramp:product';

export function openTwoRoles(current = policy, options: InProcessOptions = {}): Promise<InProcess> {
  return scenario(current, [crawled, secondRole, published], options);
}

const secondRole: Step = async (cloud) => {
  await makeRole(cloud.stage, SECOND, [{ Effect: 'Allow', Action: ['glue:*', 'lakeformation:*'], Resource: '*' }]);
  for (const role of [JOB, SECOND]) await prove(cloud, role);
};

export const iam = ({ stage }: InProcess) => root(stage, ANALYTICS).iam;
export const prove = (cloud: InProcess, { role }: Reader) =>
  iam(cloud).send(new TagRoleCommand({ RoleName: role, Tags: [{ Key: PROOF, Value: 'cur' }] }));
export const disprove = (cloud: InProcess, { role }: Reader) =>
  iam(cloud).send(new UntagRoleCommand({ RoleName: role, TagKeys: [PROOF] }));

/** To the second role, as an administrator of the consumer, by hand. */
export async function give({ stage }: InProcess, on: Resource, permission: Permission): Promise<void> {
  const credentials = await stage.control.credentials(`arn:aws:iam::${ANALYTICS}:role/onramp/onramp-operator`);
  const lakeFormation = new LakeFormationClient(clientConfig(stage, credentials));
  const Principal = { DataLakePrincipalIdentifier: readerArn(SECOND) };
  const entry = { Id: '0', Principal, Resource: on, Permissions: [permission] };
  const { Failures = [] } = await lakeFormation.send(new BatchGrantPermissionsCommand({ Entries: [entry] }));
  if (Failures.length > 0) throw new Error(JSON.stringify(Failures));
}

/** What a role holds in its account. */
export async function held({ stage }: InProcess, role: Reader, about = ''): Promise<readonly string[]> {
  const { permissions } = await stateOf(stage);
  return permissions.filter((row) => row.startsWith(`${ANALYTICS}: ${readerArn(role)} `) && row.includes(about));
}

export const ofCur = async (cloud: InProcess, role: Reader): Promise<readonly string[]> => [
  ...(await held(cloud, role, CUR.database)),
  ...(await held(cloud, role, CUR.link)),
];

/** One run of the consumer, a minute later: what it wrote. */
export async function reconcile(
  cloud: InProcess,
  current: Policy = policy,
  scope: OnboardScope = CONSUMER,
): Promise<readonly string[]> {
  await cloud.later(60_000);
  return writes(cloud, () => cloud.settle(scope, current));
}

export async function confirmAsked(cloud: InProcess): Promise<void> {
  for (const { cause, resource } of await openFindings(cloud)) {
    if (cause !== 'brake-pulled') continue;
    await cloud.ledger.confirm(resource.replace('withdrawal ', ''), { by: 'a person', at: cloud.clock.now() });
  }
}

export const causes = async (cloud: InProcess): Promise<readonly string[]> =>
  (await openFindings(cloud)).map(({ cause }) => cause);
