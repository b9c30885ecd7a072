/** Statements in documents of others that refuse admitted roles what they read, or may: told, and left to their owners. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy } from '#contracts/policy.ts';
import { sortedSet } from '#core/collections.ts';
import type { RoleFacts } from '#core/facts.ts';
import { finding, listed, pasteable } from '#core/findings.ts';
import { type Denial, denialsOf } from '#core/iam/denials.ts';
import { type Need, readerOf } from './needs.ts';

/** A document on a resource of somebody's. */
export interface DenyingDocument {
  readonly hop: string;
  readonly kind: 'bucket' | 'key' | 'catalog';
  /** `policy of bucket x` */
  readonly name: string;
  /** Whose it is. */
  readonly account: string;
  readonly region: string;
  readonly text: string;
}

/** Where a statement surely denies, and where it may. */
const CAUSES = {
  bucket: [
    {
      cause: 'bucket-policy-denies',
    },
    {
      cause: 'bucket-policy-may-deny',
    },
  ],
  key: [
    {
      cause: 'key-policy-denies',
    },
    {
      cause: 'key-policy-may-deny',
    },
  ],
  catalog: [
    {
      cause: 'catalog-policy-denies',
    },
    {
      cause: 'catalog-policy-may-deny',
    },
  ],
} as const;

/** Roles of one account that read the same. */
export interface Readers {
  /** Null: what grants by tag reach. */
  readonly product: string | null;
  readonly roles: readonly RoleFacts[];
  /** What they ask of the document's resource. */
  readonly needs: readonly Need[];
}

/** What one statement denies the readers of one product. */
interface Denied extends Denial {
  readonly product: string | null;
  readonly actions: Set<string>;
  readonly roles: Set<string>;
}

/** Findings on what a document denies roles of an account, or may: one per statement and product. */
export function denialFindings(
  policy: Policy,
  account: string,
  document: DenyingDocument,
  readers: readonly Readers[],
): readonly Finding[] {
  return readers.flatMap((one) => [...deniedBy(policy, account, document, one)].map((it) => toldOf(document, it)));
}

function deniedBy(
  policy: Policy,
  account: string,
  { text, name }: DenyingDocument,
  { product, roles, needs }: Readers,
): Iterable<Denied> {
  const all = new Map<string, Denied>();
  for (const role of roles) {
    const principal = readerOf(policy, account, role);
    for (const need of needs) {
      for (const denial of denialsOf(text, name, { ...need, principal })) {
        const key = `${denial.isSure} ${denial.statement}`;
        const found = all.get(key) ?? { ...denial, product, actions: new Set<string>(), roles: new Set<string>() };
        all.set(key, found);
        found.actions.add(need.action);
        found.roles.add(role.arn);
      }
    }
  }
  return all.values();
}

function toldOf({ hop, kind, name, account, region }: DenyingDocument, denied: Denied): Finding {
  const { statement, isSure, open, product } = denied;
  const roles = sortedSet([...denied.roles]);
  const what = `${listed(sortedSet([...denied.actions]))} to ${listed(roles)}`;
  const exception = pasteable({ StringNotEquals: { 'aws:PrincipalArn': roles } });
  const except = `let account ${account}, whose it is, add to the Condition of ${statement}: ${exception}`;
  return finding({
    hop,
    state: isSure ? 'broken' : 'unknown',
    ...CAUSES[kind][isSure ? 0 : 1],
    account,
    region,
    product,
    resource: name,
    identity: `${name} ${statement}`,
    message: isSure
      ? `${statement} of the ${name} denies ${what}`
      : `${statement} of the ${name} may deny ${what}: ${open}`,
    remedy: isSure
      ? `We never change statements that are not ours: ${except}.`
      : `Nothing to do if the jobs read. If they don't, meet what the statement asks for, or ${except}.`,
  });
}
