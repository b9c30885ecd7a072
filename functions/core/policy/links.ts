/** Names of links: one thing per name in each consumer, and never over something that is there already. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { uniqueBy } from '../collections.ts';
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
  const wishes = Object.keys(document.products).flatMap((product) => wishesOf(document, product));
  const first = new Map<string, Wish>();
  const issues = wishes.flatMap((wish) => {
    const key = `${wish.consumer}\n${wish.region}\n${wish.link}`;
    const other = first.get(key) ?? wish;
    first.set(key, other);
    return [...checkTwo(wish, other), ...checkTaken(document, wish)];
  });
  // One product may want the same link in many consumers: one line for the file's one mistake.
  return uniqueBy(issues, ({ path, message }) => `${path.join('\n')}\n${message}`);
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
  const takers = (audience.accounts ?? []).filter((name) => name !== account);
  return takers.flatMap((consumer) =>
    linkRegions(document, consumer, wish.region).map((region) => ({ ...wish, consumer, region })),
  );
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

function checkTaken(document: PolicyDocument, wish: Wish): PolicyIssue[] {
  if (wish.link === 'default') {
    const message = 'Spark uses the database default of every account';
    return [invalid(wish.path, wish.link, message, `write consumers.link: ${freeName(wish)}`)];
  }
  const owner = Object.entries(document.products).find(
    ([, entry]) =>
      entry.account === wish.consumer &&
      (entry.region ?? document.hub.region) === wish.region &&
      entry.database.toLowerCase() === wish.link,
  );
  if (owner === undefined) return [];
  const message = `${wish.consumer} has a database of this name itself (product ${owner[0]})`;
  return [invalid(wish.path, wish.link, message, `write consumers.link: ${freeName(wish)}`)];
}

function freeName(wish: Wish): string {
  return `${wish.product.replaceAll('-', '_')}_linked`;
}
