/** Job roles of a consumer: read by pages or one by one, whichever takes fewer calls. */

import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import type { Clients } from '#aws/clients.ts';
import { listRoles, readRole } from '#aws/roles.ts';
import { isLakeError } from '#contracts/errors.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import type { RoleFacts } from '#core/facts.ts';
import { known, type Observed, troubleOf, unknown } from '#core/observed.ts';
import type { Query, Reads } from '#engine/query.ts';
import { observeJobRoles } from '#hops/job-roles.ts';
import { policyOf } from '../core/policy/documents.ts';
import { CONSUMER, type OnrampLake, REGION, startOnrampLake } from '../support/onramp-lake.ts';

const scope: OnboardScope = { half: 'onboard', account: CONSUMER, region: REGION };
const asked = { policy: policyOf(), scope };
const GLUE = 'arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole';
const statement = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
const TRUST = statement({ Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' });

/** So many roles in all, some of them named as the policy's job roles. Each of these has policies of three sorts. */
async function account({ matching, all }: { matching: number; all: number }): Promise<OnrampLake> {
  const lake = await startOnrampLake();
  const { iam } = lake.root(CONSUMER);
  const make = (RoleName: string, Path: string) =>
    iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: TRUST }));
  const PolicyDocument = statement({ Action: 'lakeformation:GetDataAccess', Resource: '*' });
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'lake', PolicyDocument }));
  for (let i = 0; i < matching; i += 1) {
    const RoleName = `data-lake-${i}`;
    await make(RoleName, '/data-jobs/');
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
    for (const PolicyArn of [GLUE, Policy?.Arn]) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  for (let i = matching; i < all; i += 1) await make(`other-${i}`, '/');
  return lake;
}

/** Each question once, as the engine asks. */
function readsOf(clients: Clients): Reads {
  const answers = new Map<string, Promise<Observed<unknown>>>();
  const observe = async <A extends object, T>(query: Query<A, T>, args: A): Promise<Observed<T>> => {
    try {
      return known(await query.ask(clients, args));
    } catch (error) {
      if (!isLakeError(error)) throw error;
      return unknown(troubleOf(error));
    }
  };
  const ask = <A extends object, T>(query: Query<A, T>, args: A): Promise<Observed<T>> => {
    const key = `${query.name} ${JSON.stringify(args)}`;
    const answer = answers.get(key) ?? observe(query, args);
    answers.set(key, answer);
    return answer as Promise<Observed<T>>;
  };
  const never = () => Promise.reject(new Error('not asked here'));
  const place = (of: string, region: string) => ({ account: of, region, ask });
  return { wide: false, in: place, snapshot: never, consumer: never, entries: never, findings: never, once: never };
}

async function calls(lake: OnrampLake, during: () => Promise<unknown>): Promise<number> {
  const mark = (await lake.lake.control.journal()).at(-1)?.sequence ?? 0;
  await during();
  return (await lake.lake.control.journal(mark)).filter(({ service }) => service === 'iam').length;
}

/** Beside ours, which are three. Pages: of the listing, of roles, of policies; then the roles; then AWS's own policy. */
test.each([
  { matching: 1, all: 17, oneByOne: 9, how: 'roles by a page', now: 1 + 1 + 1 + 2 + 2 },
  { matching: 10, all: 17, oneByOne: 81, how: 'all by pages', now: 1 + 1 + 10 + 1 + 2 },
  { matching: 1, all: 497, oneByOne: 9, how: 'one by one', now: 1 + 8 },
  { matching: 10, all: 497, oneByOne: 81, how: 'all by pages', now: 1 + 1 + 10 + 1 + 2 },
  { matching: 100, all: 497, oneByOne: 801, how: 'all by pages', now: 1 + 1 + 100 + 1 + 2 },
])(
  '$matching of $all roles, $how: $now calls and the same facts as in $oneByOne',
  async ({ oneByOne, now, ...made }) => {
    const lake = await account(made);
    const reader = lake.as(CONSUMER, 'Reader', 'observe');
    const expected: (RoleFacts | null)[] = [];
    const before = await calls(lake, async () => {
      for (const { name } of (await listRoles(reader)).filter(({ path }) => path === '/data-jobs/'))
        expected.push(await readRole(reader, name));
    });
    let seen: Observed<readonly RoleFacts[]> | undefined;
    const after = await calls(lake, async () => {
      seen = await observeJobRoles(readsOf(reader), asked);
    });
    expect([before, after]).toEqual([oneByOne, now]);
    expect(seen).toEqual(known(expected));
    await lake.close();
  },
);

test('a page that AWS does not give leaves all of them unknown; refused, their policies (law 6)', async () => {
  const lake = await account({ matching: 3, all: 3 });
  const observed = () => observeJobRoles(readsOf(lake.as(CONSUMER, 'Reader', 'observe')), asked);
  const on = { service: 'iam', operation: 'GetAccountAuthorizationDetails', account: CONSUMER };
  await lake.lake.control.fault({
    kind: 'error',
    code: 'ServiceFailureException',
    message: 'down',
    status: 500,
    ...on,
  });
  expect(await observed()).toMatchObject({ known: false, why: { code: 'Transient' } });
  await lake.lake.control.clearFaults();
  await lake.lake.control.fault({ kind: 'error', code: 'AccessDenied', message: 'no', status: 403, ...on });
  const unread = { policies: null, boundary: null, path: '/data-jobs/', trust: TRUST };
  expect(await observed()).toMatchObject(known([unread, unread, unread]));
  await lake.close();
});
