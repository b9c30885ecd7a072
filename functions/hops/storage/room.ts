/** What of our statements a document has room for, what is told of the rest, and what a rewrite leaves a product. Pure. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { finding, listed, type Where } from '#core/findings.ts';
import { fitting } from '#core/fitting.ts';
import { isAbout, type Readers } from '#core/storage-statements.ts';

interface RoomQuestion {
  readonly policy: Policy;
  /** Products that are read with rights of their own. */
  readonly products: readonly Product[];
  readonly readers: Readers;
  /** The document with these, and what of ours these replace. */
  sizeOf(readers: Readers): { readonly size: number; readonly replaced: readonly Statement[] };
  /** Bytes. */
  readonly limit: number;
  readonly where: Where & { readonly product: string | null };
}

interface Room {
  readonly readers: Readers;
  readonly findings: readonly Finding[];
}

/** Readers that fit, and a finding on those that don't. */
export function roomFor({ policy, products, readers, sizeOf, limit, where }: RoomQuestion): Room {
  const { size, replaced } = sizeOf(readers);
  const fits = (some: Readers) => sizeOf(some).size <= limit;
  const room = fitting({ policy, products, readers, present: replaced, fits });
  return { readers: room.readers, findings: room.left.length === 0 ? [] : [noRoom(where, room.left, size, limit)] };
}

/** What was left out, and ways out. Nothing is ever opened wider to save space. */
function noRoom(where: RoomQuestion['where'], left: readonly string[], size: number, limit: number): Finding {
  return finding({
    ...where,
    state: 'broken',
    cause: 'document-too-large',
    message: `the policy of ${where.resource} would be ${size} bytes, and AWS takes ${limit}: there is no room for ${listed(left)}`,
    remedy:
      'Prove the job roles by path (proof: path is one pattern, however many roles there are), share with units or the organization instead of many accounts, register the location with Lake Formation (storage.access: lake-formation needs no statements), or keep some of the products in another bucket. What its owner added takes room as well. The next run writes what fits then.',
  });
}

/** Whether the bytes of a product, or their key, were open to somebody, and are to nobody then (law 10). */
export function losesAll(policy: Policy, product: Product, { replaced, next }: Rewritten): boolean {
  const isOpen = (statements: readonly Statement[]) =>
    statements.some((statement) => statement.Effect === 'Allow' && isAbout(policy, product, statement));
  return isOpen(replaced) && !isOpen(next);
}

interface Rewritten {
  readonly replaced: readonly Statement[];
  readonly next: readonly Statement[];
}
