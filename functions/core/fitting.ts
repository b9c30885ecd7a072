/**
 * What of our statements a document has room for. AWS takes no longer one, and nothing is ever opened wider to save space:
 * whoever has no room is told, and not let in. Pure.
 */

import type { Policy, Product } from '#contracts/policy.ts';
import type { Statement } from '#contracts/statements.ts';
import { asTexts, isMembers } from './iam/document.ts';
import { isMeantByPath, pathPatterns } from './role-patterns.ts';
import { isAbout, type NamedRole, type Readers, sessionsOf } from './storage-statements.ts';
import { receiversAlone, wholesShared } from './wholes.ts';

export interface Fitting {
  readonly readers: Readers;
  /** Who has no room, in words, sorted as they would have been taken. */
  readonly left: readonly string[];
}

interface FittingQuestion {
  readonly policy: Policy;
  /** The products whose statements are written. */
  readonly products: readonly Product[];
  /** All that should be in the document. */
  readonly readers: Readers;
  /** Statements of ours that are there now. */
  readonly present: readonly Statement[];
  /** Whether the whole document, others' parts included, fits with these. */
  fits(readers: Readers): boolean;
}

/** Something that takes room. */
type Item =
  | { readonly kind: 'denied'; readonly arn: string }
  | { readonly kind: 'pattern'; readonly product: string }
  | { readonly kind: 'account'; readonly product: string; readonly account: string }
  | { readonly kind: 'named'; readonly product: string; readonly role: NamedRole };

/**
 * First denials of roles that a pattern would let in, then who is admitted already, then who is new. What denies roles
 * that no statement of ours lets in is a precaution, and goes last.
 */
export function fitting(question: FittingQuestion): Fitting {
  const { readers, fits } = question;
  if (fits(readers)) return { readers, left: [] };
  const items = inOrder(question);
  const others = Object.fromEntries(
    Object.entries(readers.named).filter(([name]) => !question.products.some((product) => product.name === name)),
  );
  const of = (count: number) => readersOf(items.slice(0, count), question.products, others);
  const count = largest(items.length, (some) => fits(of(some)));
  return { readers: of(count), left: items.slice(count).map(textOf) };
}

function inOrder({ policy, products, readers, present }: FittingQuestion): readonly Item[] {
  const allowed = present.filter(({ Effect }) => Effect === 'Allow');
  const sessions = new Set(allowed.flatMap((statement) => valuesOf(statement, 'StringLike', 'aws:userid')));
  const roles = products.flatMap(({ name }) => (readers.named[name] ?? []).map((role) => ({ product: name, role })));
  const isAdmitted = ({ role }: { readonly role: NamedRole }) => sessions.has(sessionsOf(role));
  const isLetIn = (arn: string) => policy.products.some((product) => isMeantByPath(policy, product, arn));
  const denied = (needed: boolean): Item[] =>
    readers.disproved.filter((arn) => isLetIn(arn) === needed).map((arn) => ({ kind: 'denied', arn }));
  const byPath = products.flatMap((product) => ofPattern(policy, product, allowed));
  const standing = (was: boolean): Item[] => [
    ...byPath.filter(({ isThere }) => isThere === was).map(({ item }) => item),
    ...roles.filter((one) => isAdmitted(one) === was).map((one): Item => ({ kind: 'named', ...one })),
  ];
  return [...denied(true), ...standing(true), ...standing(false), ...denied(false)];
}

/**
 * Whom a product's pattern lets in: parts of the organization as one, and accounts one by one. An account that has no room
 * any more must not cost those their bytes that read by the same pattern (law 10).
 */
function ofPattern(policy: Policy, product: Product, allowed: readonly Statement[]) {
  const patterns = pathPatterns(policy, product);
  if (patterns === null) return [];
  const there = allowed.filter((statement) => {
    const match = valuesOf(statement, 'ArnLike', 'aws:PrincipalArn');
    return isAbout(policy, product, statement) && patterns.match.every((one) => match.includes(one));
  });
  const accounts = new Set(there.flatMap((statement) => valuesOf(statement, 'StringEquals', 'aws:PrincipalAccount')));
  const isWhole = there.some((one) => valuesOf(one, 'StringEquals', 'aws:PrincipalAccount').length === 0);
  const of = { product: product.name };
  const pattern: Item = { kind: 'pattern', ...of };
  return [
    ...(wholesShared(product).length === 0 ? [] : [{ item: pattern, isThere: isWhole }]),
    ...receiversAlone(product).map((account) => {
      const item: Item = { kind: 'account', ...of, account };
      return { item, isThere: accounts.has(account) };
    }),
  ];
}

/** Somebody may have rewritten a statement of ours in any way. */
function valuesOf({ Condition }: Statement, operator: string, key: string): readonly string[] {
  const keys: unknown = isMembers(Condition) ? Condition[operator] : undefined;
  return isMembers(keys) ? (asTexts(keys[key]) ?? []) : [];
}

function readersOf(items: readonly Item[], products: readonly Product[], others: Readers['named']): Readers {
  const patterns = new Set(items.flatMap((item) => (item.kind === 'pattern' ? [item.product] : [])));
  const named = Map.groupBy(
    items.flatMap((item) => (item.kind === 'named' ? [item] : [])),
    ({ product }) => product,
  );
  const accounts = Map.groupBy(
    items.flatMap((item) => (item.kind === 'account' ? [item] : [])),
    ({ product }) => product,
  );
  return {
    named: {
      ...others,
      ...Object.fromEntries([...named].map(([name, list]) => [name, list.map(({ role }) => role)])),
    },
    disproved: items.flatMap((item) => (item.kind === 'denied' ? [item.arn] : [])),
    closed: products.map(({ name }) => name).filter((name) => !patterns.has(name)),
    within: Object.fromEntries(
      products.map(({ name }) => [name, (accounts.get(name) ?? []).map((one) => one.account)]),
    ),
  };
}

function textOf(item: Item): string {
  switch (item.kind) {
    case 'denied':
      return `the denial of ${item.arn}`;
    case 'pattern':
      return `the pattern of ${item.product}`;
    case 'account':
      return `account ${item.account} by the pattern of ${item.product}`;
    case 'named':
      return `${item.role.arn} for ${item.product}`;
  }
}

/** The largest count from 0 to `most` that holds, where every smaller one holds too. */
export function largest(most: number, holds: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
