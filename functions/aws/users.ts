/** IAM users of an account and what decides what they may do. Their groups are not read. */

import {
  GetUserCommand,
  GetUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  type User,
} from '@aws-sdk/client-iam';
import { DENIALS, isLakeError } from '#contracts/errors.ts';
import type { IdentityFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked, type View } from './errors.ts';
import { everyPage, required } from './paging.ts';
import { decoded, managedPolicy } from './roles.ts';

type Iam = Pick<Clients, 'iam' | 'account'>;

/** All users of the account. */
export async function listUsers(clients: Iam): Promise<{ readonly arn: string; readonly name: string }[]> {
  const users = await everyPage(async (marker) => {
    const page = await asked(view(clients, 'list the users'), () =>
      clients.iam.send(new ListUsersCommand({ Marker: marker, MaxItems: 1000 })),
    );
    return { items: page.Users, next: page.IsTruncated ? page.Marker : undefined };
  });
  return users.map((user) => ({
    arn: required(user.Arn, 'the ARN of a user'),
    name: required(user.UserName, 'the name of a user'),
  }));
}

/** Null when the account says it is gone. */
export async function readUser(clients: Iam, name: string): Promise<IdentityFacts | null> {
  try {
    const answer = await asked(view(clients, `read user ${name}`), () =>
      clients.iam.send(new GetUserCommand({ UserName: name })),
    );
    return await factsOf(clients, name, required(answer.User, `user ${name}`));
  } catch (error) {
    if (isLakeError(error, 'Missing')) return null;
    throw error;
  }
}

async function factsOf(clients: Iam, name: string, user: User): Promise<IdentityFacts> {
  const tags = Object.fromEntries((user.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
  const base = { kind: 'user' as const, arn: required(user.Arn, `the ARN of user ${name}`), tags };
  const boundaryArn = user.PermissionsBoundary?.PermissionsBoundaryArn;
  try {
    const policies = [...(await inline(clients, name)), ...(await attached(clients, name))];
    return { ...base, policies, boundary: boundaryArn ? await managedPolicy(clients, boundaryArn) : null };
  } catch (error) {
    if (isLakeError(error, ...DENIALS)) return { ...base, policies: null, boundary: null };
    throw error;
  }
}

async function inline(clients: Iam, user: string): Promise<string[]> {
  const names = await everyPage(async (marker) => {
    const page = await asked(view(clients, `list the policies of user ${user}`), () =>
      clients.iam.send(new ListUserPoliciesCommand({ UserName: user, Marker: marker })),
    );
    return { items: page.PolicyNames, next: page.IsTruncated ? page.Marker : undefined };
  });
  return Promise.all(
    names.map(async (policy) => {
      const answer = await asked(view(clients, `read policy ${policy} of user ${user}`), () =>
        clients.iam.send(new GetUserPolicyCommand({ UserName: user, PolicyName: policy })),
      );
      return decoded(answer.PolicyDocument);
    }),
  );
}

async function attached(clients: Iam, user: string): Promise<string[]> {
  const policies = await everyPage(async (marker) => {
    const page = await asked(view(clients, `list the policies attached to user ${user}`), () =>
      clients.iam.send(new ListAttachedUserPoliciesCommand({ UserName: user, Marker: marker })),
    );
    return { items: page.AttachedPolicies, next: page.IsTruncated ? page.Marker : undefined };
  });
  return Promise.all(policies.map((policy) => managedPolicy(clients, required(policy.PolicyArn, 'a policy ARN'))));
}

function view(clients: Iam, doing: string): View {
  return { account: clients.account, owner: true, doing };
}
