/** What kinds that write policy documents have in common: statements of ours among others'. Pure. */

import type { Before } from '#contracts/ledger.ts';
import type { Statement } from '#contracts/statements.ts';
import type { Change, Takes } from '#core/change.ts';
import type { Taking } from '#core/iam/allowed.ts';
import { ownsSidAbout } from '#core/sids.ts';

/** A change of a bucket's or a key's policy. */
export interface StoragePolicyChange extends Change {
  readonly statements: readonly Statement[];
  /** What of access we gave is taken back; absent: nothing. */
  readonly takes?: Taking;
  /** Sids of ours, or places in statements of ours, about products the policy no longer names. */
  readonly strays?: readonly string[];
  /** No product names the document any longer: with this change nothing of ours is in it. */
  readonly left?: boolean;
}

/** Whether nothing of ours stands in the document afterwards. */
export function endsDocument({ left = false }: StoragePolicyChange): boolean {
  return left;
}

/** Statements are the parts of a document's entry. */
export function sidsAbsent(statements: readonly Statement[]): Before {
  return Object.fromEntries(statements.map(({ Sid }) => [Sid, 'absent' as const]));
}

/** Whether a statement in a key's policy is this change's to replace: ours, about its products, or about none any longer. */
export function replacedBy(namespace: string, change: StoragePolicyChange): (sid: string) => boolean {
  return (sid) => ownsSidAbout(namespace, change.products, sid) || (change.strays ?? []).includes(sid);
}

/** What is taken counts one by one, as grants do: statements, and of those about several products each one's part. */
export function takesOf(change: StoragePolicyChange): Takes | null {
  const { takes: taking, strays = [] } = change;
  if (taking === undefined) return null;
  const { takes: _, ...rest } = change;
  const isStray = ({ Sid, place }: Taking['taken'][number]) => strays.includes(Sid) || strays.includes(place);
  return {
    weight: taking.taken.length,
    empties: taking.taken.some(isStray) ? ['a product the policy no longer names'] : [],
    without: taking.changes ? ({ ...rest, statements: taking.meanwhile } as StoragePolicyChange) : null,
  };
}

/** A change of a bucket's or key's policy without what it takes back; any other as it is. */
export function withoutTaking(change: Change): readonly Change[] {
  if (!('takes' in change)) return [change];
  const takes = takesOf(change as StoragePolicyChange);
  return takes === null ? [change] : [takes.without ?? []].flat();
}

/** The change in words: how many statements, and whether they name no roles. */
export function statementsText(subject: string, { statements, left, strays = [] }: StoragePolicyChange): string {
  if (left) return `${subject}, which no product names: take out our ${strays.length} statement(s)`;
  if (statements.length === 0) return `${subject}: take out our statement(s), which nobody reads by any longer`;
  return `${subject}: put our ${statements.length} statement(s) beside what is there${openness(statements)}`;
}

/** Law 9: a statement that names no roles says so. */
function openness(statements: readonly Statement[]): string {
  const names = (s: Statement) => Object.values(s.Condition ?? {}).some((keys) => 'aws:PrincipalArn' in keys);
  const open = statements.some((s) => s.Effect === 'Allow' && !names(s));
  return open ? ', open to every role of the organization that has S3 rights of its own' : '';
}
