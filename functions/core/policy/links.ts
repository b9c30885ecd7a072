/** Names of links: one thing per name in each consumer, and never over something that is there already. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { WHOLE } from '#contracts/resolution.ts';
import { uniqueBy } from '../collections.ts';
import { type AudienceEntry, audienceParts, partsUsed } from './audiences.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';

interface Wish {
  readonly product: string;
  readonly path: PolicyPath;
  /** Lower case, as Glue stores it. */
  readonly link: string;
  readonly consumer: string;
  readonly producer: string;
  readonly region: string;
  readonly database: string;
}

export function checkLinks(document: PolicyDocument): PolicyIssue[] {
  const owners = ownersOf(document);
  const first = new Map<string, Wish>();
  const issues = Object.keys(document.products).flatMap((product) =>
    wishesOf(document, product).flatMap((wish) => {
      const key = nameText(wish.consumer, wish.region, wish.link);
      const other = first.get(key) ?? wish;
      first.set(key, other);
      return [...checkTwo(wish, other), ...checkTaken(wish, owners.get(key))];
    }),
  );
  // One product may want the same link in many consumers: one line for the file's one mistake.
  return uniqueBy(issues, ({ path, message }) => `${path.join('\n')}\n${message}`);
}

/** A name within one account's catalog of one Region: of a link or a database. */
function nameText(account: string, region: string, name: string): string {
  return `${account}\n${region}\n${name}`;
}

/** The products, first come, whose databases have these names. */
function ownersOf(document: PolicyDocument): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const [product, { account, region = document.hub.region, database }] of Object.entries(document.products)) {
    const key = nameText(account, region, database.toLowerCase());
    if (!owners.has(key)) owners.set(key, product);
  }
  return owners;
}

/** Links a product wants: none where producer and consumer are one account, which reads the database itself. */
function wishesOf(document: PolicyDocument, product: string): Wish[] {
  const entry = document.products[product];
  if (entry === undefined) return [];
  const { account, consumers, audience } = entry;
  const path =
    consumers.link === undefined ? ['products', product, 'database'] : ['products', product, 'consumers', 'link'];
  const wish = {
    product,
    path,
    link: (consumers.link ?? entry.database).toLowerCase(),
    producer: account,
    region: entry.region ?? document.hub.region,
    database: entry.database.toLowerCase(),
  };
  const takers = takersOf(document, audience).filter((name) => name !== account);
  return takers.flatMap((consumer) =>
    linkRegions(document, consumer, wish.region).map((region) => ({ ...wish, consumer, region })),
  );
}

/**
 * Accounts by name. A unit counts as one, whichever accounts it has; the organization as all of them, those that the
 * policy names no less than its units, and itself for whoever else is in it.
 */
function takersOf(document: PolicyDocument, audience: AudienceEntry): readonly string[] {
  const { accounts, parts, except } = audienceParts(audience);
  if (!parts.includes(WHOLE)) return [...accounts, ...parts];
  const named = Object.entries(document.accounts).flatMap(([name, entry]) =>
    typeof entry === 'object' && entry.external === true ? [] : [name],
  );
  const all = [...accounts, ...named, WHOLE, ...partsUsed(document)];
  return [...new Set(all)].filter((name) => !except.includes(name));
}

/** A consumer's links lie in the Regions it lists, or in the product's. */
function linkRegions(document: PolicyDocument, consumer: string, region: string): readonly string[] {
  const account = document.accounts[consumer];
  return typeof account === 'object' ? (account.regions ?? [region]) : [region];
}

function checkTwo(wish: Wish, other: Wish): PolicyIssue[] {
  if (wish.producer === other.producer && wish.database === other.database) return [];
  const message = `${other.product} wants a link of this name to another database in ${wish.consumer}`;
  return [invalid(wish.path, wish.link, message, `write consumers.link: ${freeName(wish)}`)];
}

/** `owner`: the product whose database has this name in the consumer itself. */
function checkTaken(wish: Wish, owner: string | undefined): PolicyIssue[] {
  if (wish.link === 'default') {
    const message = 'Spark uses the database default of every account';
    return [invalid(wish.path, wish.link, message, `write consumers.link: ${freeName(wish)}`)];
  }
  if (owner === undefined) return [];
  const message = `${wish.consumer} has a database of this name itself (product ${owner})`;
  return [invalid(wish.path, wish.link, message, `write consumers.link: ${freeName(wish)}`)];
}

function freeName(wish: Wish): string {
  return `${wish.product.replaceAll('-', '_')}_linked`;
}
