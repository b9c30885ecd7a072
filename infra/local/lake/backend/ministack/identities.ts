/** Roles and users as MiniStack's IAM tells them. */

import { managedPolicy } from '../../iam/managed.ts';
import type { XmlNode } from '../../protocol/xml.ts';
import type { Identity, NamedPolicy } from '../backend.ts';
import { all, query, type Target, text } from './wire.ts';

interface Named {
  readonly kind: 'Role' | 'User';
  readonly account: string;
  readonly name: string;
}

/** Account, kind and name in a role's or user's ARN; undefined for any other. */
export function nameOfArn(arn: string): Named | undefined {
  const [, account, kind, name] = /^arn:aws:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  if (account === undefined || name === undefined) return undefined;
  return { kind: kind === 'user' ? 'User' : 'Role', account, name };
}

/** IAM sends documents URL-encoded. */
const decoded = (document: string | undefined): string => decodeURIComponent(document ?? '');

/** The text of a managed policy's default version. Throws for one of AWS's own that the lake has no text of. */
export async function policyDocument(target: Target, arn: string): Promise<string | undefined> {
  // Ours first: MiniStack makes up an allow-everything document for AWS policies it doesn't know.
  const known = managedPolicy(arn);
  if (known !== undefined) return known;
  if (arn.startsWith('arn:aws:iam::aws:'))
    throw new Error(`the lake has no document of ${arn}; add it to infra/local/lake/iam/managed.ts`);
  const version = text(await query(target, 'GetPolicy', { PolicyArn: arn }), 'DefaultVersionId');
  if (version === undefined) return undefined;
  const found = await query(target, 'GetPolicyVersion', { PolicyArn: arn, VersionId: version });
  return found === undefined ? undefined : decoded(text(found, 'Document'));
}

async function inlinePolicies(target: Target, { kind, name }: Named): Promise<NamedPolicy[]> {
  const who = { [`${kind}Name`]: name };
  const names = all(all(await query(target, `List${kind}Policies`, who), 'PolicyNames')[0], 'member');
  return Promise.all(
    names.map(async ({ text: PolicyName }) => {
      const found = await query(target, `Get${kind}Policy`, { ...who, PolicyName });
      return { name: PolicyName, document: decoded(text(found, 'PolicyDocument')) };
    }),
  );
}

async function attachedPolicies(target: Target, { kind, name }: Named): Promise<NamedPolicy[]> {
  const listed = await query(target, `ListAttached${kind}Policies`, { [`${kind}Name`]: name });
  const arns = all(listed, 'PolicyArn').map((node) => node.text);
  const found = await Promise.all(
    arns.map(async (arn) => ({ name: arn.split('/').at(-1) ?? arn, arn, document: await policyDocument(target, arn) })),
  );
  return found.filter((each): each is typeof each & { document: string } => each.document !== undefined);
}

const tagsOf = (node: XmlNode | undefined): Record<string, string> =>
  Object.fromEntries(
    all(all(node, 'Tags')[0], 'member').map((tag) => [text(tag, 'Key') ?? '', text(tag, 'Value') ?? '']),
  );

/** The role or user with all its policies; undefined where it is not there under this path. */
export async function loadIdentity(target: Target, arn: string): Promise<Identity | undefined> {
  const named = nameOfArn(arn);
  if (named === undefined) return undefined;
  const { kind, account, name } = named;
  const record = all(await query(target, `Get${kind}`, { [`${kind}Name`]: name }), kind)[0];
  // Found under another path, it is another principal.
  if (record === undefined || text(record, 'Arn') !== arn) return undefined;
  const [inline, attached] = await Promise.all([inlinePolicies(target, named), attachedPolicies(target, named)]);
  const boundaryArn = text(record, 'PermissionsBoundaryArn');
  const boundary = boundaryArn === undefined ? undefined : await policyDocument(target, boundaryArn);
  return {
    kind: kind === 'Role' ? 'role' : 'user',
    account,
    name,
    arn,
    id: text(record, `${kind}Id`) ?? '',
    path: text(record, 'Path') ?? '/',
    tags: tagsOf(record),
    policies: [...inline, ...attached],
    maxSessionSeconds: Number(text(record, 'MaxSessionDuration') ?? 3600),
    ...(boundary === undefined ? {} : { boundary }),
    ...(kind === 'Role' ? { trust: decoded(text(record, 'AssumeRolePolicyDocument')) } : {}),
  };
}
