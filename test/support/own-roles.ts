/** The roles our own templates would make: the hub's reconcile role, and the three of every member account. */

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { memberRoleName, memberRolePath } from '#contracts/names.ts';
import type { Policy } from '#contracts/policy.ts';
import { accountIds, foundationOf, managedStorage, observedStorage } from '../../infra/accounts.ts';
import {
  operatorPermissions,
  readerPermissions,
  storagePermissions,
} from '../../infra/constructs/member-permissions.ts';
import { HUB, ORGANIZATION } from '../../infra/local/scenes/places.ts';
import { root, type Stage } from '../../infra/local/scenes/world.ts';
import { hubRoleArn, hubRoleName } from '../../infra/names.ts';

export async function makeOwnRoles(stage: Stage, policy: Policy, without: readonly string[] = []): Promise<void> {
  const path = memberRolePath(policy.namespace);
  for (const account of accountIds(policy).filter((id) => !without.includes(id))) {
    await makeMemberRoles(stage, policy, account);
  }
  const assume = {
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Resource: `arn:aws:iam::*:role${path}*`,
  };
  const s3 = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const hubTrust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  await makeRole(stage, HUB, {
    name: hubRoleName(policy.namespace, 'reconcile'),
    path,
    trust: hubTrust,
    statements: [assume, s3],
  });
}

/** The three roles of one account. */
export async function makeMemberRoles(stage: Stage, policy: Policy, account: string): Promise<void> {
  const callers = ['on-event', 'reconcile', 'plan'].map((purpose) =>
    hubRoleArn({ partition: 'aws', account: HUB, namespace: policy.namespace, purpose }),
  );
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${HUB}:root` },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, ArnLike: { 'aws:PrincipalArn': callers } },
  };
  const place = { partition: 'aws', account };
  const foundation = foundationOf(policy, account);
  const roles = {
    Reader: readerPermissions(place, observedStorage(policy, account), foundation),
    Operator: operatorPermissions(place, foundation),
    Storage: storagePermissions(place, managedStorage(policy, account)),
  };
  for (const [role, permissions] of Object.entries(roles)) {
    const name = memberRoleName(policy.namespace, role as keyof typeof roles);
    const statements = permissions.map((p) => p.statement);
    await makeRole(stage, account, { name, path: memberRolePath(policy.namespace), trust, statements });
  }
}

export async function makeRole(
  stage: Stage,
  account: string,
  role: { name: string; path: string; trust: object; statements: readonly object[] },
): Promise<void> {
  const iam = new IAMClient(root(stage, account));
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(
    new CreateRoleCommand({ RoleName: role.name, Path: role.path, AssumeRolePolicyDocument: document([role.trust]) }),
  );
  if (role.statements.length === 0) return;
  await iam.send(
    new PutRolePolicyCommand({ RoleName: role.name, PolicyName: 'own', PolicyDocument: document(role.statements) }),
  );
}
