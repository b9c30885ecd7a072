/** The engine without MiniStack: a lake in this process, our member roles in it, and the machines' stages in their order. */

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { createAccess } from '#aws/clients.ts';
import { putSnapshot, readSnapshot } from '#aws/objects.ts';
import { memberRoleName, memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Scope, StageInput } from '#contracts/steps.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { scopeText } from '#core/start.ts';
import type { WalkContext, WalkEvent } from '#walk/context.ts';
import { releaseScope, takeScope } from '#walk/lease.ts';
import { runStage } from '#walk/stages.ts';
import { managedStorage, observedStorage } from '../../infra/accounts.ts';
import {
  operatorPermissions,
  readerPermissions,
  storagePermissions,
} from '../../infra/constructs/member-permissions.ts';
import { type LakeOptions, startLake } from '../../infra/local/lake/start.ts';
import { ACCOUNTS, ANALYTICS, FINANCE, HUB, ORGANIZATION, REGION } from '../../infra/local/scenes/places.ts';
import { makeWorld } from '../../infra/local/scenes/world.ts';
import { hubRoleArn, hubRoleName } from '../../infra/names.ts';

const ORDER = {
  publish: ['settings', 'location', 'exposure', 'share', 'storage', 'fan-out', 'verify'],
  onboard: ['settings', 'accept', 'link', 'grant', 'check', 'verify', 'fan-out'],
} as const;

export async function inProcess(policy: Policy, options: LakeOptions = {}) {
  const lake = await startLake({ accounts: ACCOUNTS, ...options });
  const stage = { url: lake.url, control: lake.control };
  await makeWorld(stage);
  await makeOwnRoles(lake.url, policy);
  const walk = hubRoleArn({ partition: 'aws', account: HUB, namespace: policy.namespace, purpose: 'walk' });
  const baseCredentials = () => lake.control.credentials(walk, { sessionName: 'walk' });
  process.env['AWS_ENDPOINT_URL'] = lake.url;
  const access = createAccess({
    partition: 'aws',
    namespace: policy.namespace,
    rolePath: memberRolePath(policy.namespace),
    sessionName: 'walk',
    baseCredentials,
    retryDelayMs: 1,
  });
  const hub = access.own(REGION);
  const bucket = 'onramp-policies';
  await hub.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const ledger = createMemoryLedger();
  const events: WalkEvent[] = [];
  const queue: Scope[] = [];
  let runs = 0;
  const context = (current: Policy, execution: string): WalkContext => ({
    policy: current,
    access,
    rolePath: memberRolePath(policy.namespace),
    ledger,
    snapshots: {
      read: (scope) => readSnapshot(hub.s3, bucket, scope),
      write: (snapshot) => putSnapshot(hub.s3, bucket, snapshot),
    },
    execution,
    invocation: `${execution}/${runs}`,
    now: () => lake.world.now(),
    sleep: async (ms) => lake.control.moveClock(ms),
    tell: (event) => events.push(event),
    start: async (scope) => {
      queue.push(scope);
      return 'started';
    },
  });
  const run = async (scope: Scope, current: Policy = policy): Promise<void> => {
    runs += 1;
    const execution = `arn:aws:states:${REGION}:${HUB}:execution:${scope.half}:run-${runs}`;
    const ctx = context(current, execution);
    const startedAt = new Date(ctx.now()).toISOString();
    const taken = await takeScope(ledger, scope, { execution, now: ctx.now(), deadline: 0 });
    if (taken !== 'taken') throw new Error(`${scopeText(scope)} is held`);
    for (const name of ORDER[scope.half]) {
      const input: StageInput = { stage: name, execution, startedAt, scope, policy: current.hash };
      let output = await retried(() => runStage(ctx, input, { acceptWithin: 60_000 }), lake.control);
      while (output.acceptance === 'waiting') {
        await lake.control.moveClock(5000);
        await takeScope(ledger, scope, { execution, now: ctx.now(), deadline: 0 });
        output = await runStage(ctx, input, { acceptWithin: 60_000 });
      }
    }
    await releaseScope(ledger, scope, execution);
  };
  /** Runs a scope and whatever it starts. */
  const settle = async (scope: Scope, current: Policy = policy): Promise<void> => {
    await run(scope, current);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next, current);
  };
  return { lake, stage, access, ledger, events, run, settle, queue, hub, bucket, context, close: () => lake.close() };
}

async function retried<T>(stage: () => Promise<T>, control: { moveClock(ms: number): Promise<void> }): Promise<T> {
  for (let attempt = 0; attempt < 12; attempt++) {
    try {
      return await stage();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'NotYetVisible')) throw error;
      await control.moveClock(10_000);
    }
  }
  return stage();
}

async function makeOwnRoles(url: string, policy: Policy): Promise<void> {
  const path = memberRolePath(policy.namespace);
  const callers = ['on-event', 'walk', 'plan'].map((purpose) =>
    hubRoleArn({ partition: 'aws', account: HUB, namespace: policy.namespace, purpose }),
  );
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${HUB}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, ArnLike: { 'aws:PrincipalArn': callers } },
  };
  for (const account of [FINANCE, ANALYTICS]) {
    const place = { partition: 'aws', account };
    const roles = {
      Reader: readerPermissions(place, observedStorage(policy, account)),
      Operator: operatorPermissions(place),
      Storage: storagePermissions(place, managedStorage(policy, account)),
    };
    for (const [role, permissions] of Object.entries(roles)) {
      const name = memberRoleName(policy.namespace, role as keyof typeof roles);
      await makeRole(url, account, { name, path, trust, statements: permissions.map((p) => p.statement) });
    }
  }
  const assume = {
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Resource: `arn:aws:iam::*:role${path}*`,
  };
  const s3 = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const hubTrust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await makeRole(url, HUB, {
    name: hubRoleName(policy.namespace, 'walk'),
    path,
    trust: hubTrust,
    statements: [assume, s3],
  });
}

async function makeRole(
  url: string,
  account: string,
  role: { name: string; path: string; trust: object; statements: readonly object[] },
): Promise<void> {
  const iam = new IAMClient({
    endpoint: url,
    region: REGION,
    credentials: { accessKeyId: account, secretAccessKey: 'local' },
  });
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(
    new CreateRoleCommand({ RoleName: role.name, Path: role.path, AssumeRolePolicyDocument: document([role.trust]) }),
  );
  if (role.statements.length === 0) return;
  await iam.send(
    new PutRolePolicyCommand({ RoleName: role.name, PolicyName: 'own', PolicyDocument: document(role.statements) }),
  );
}
