import type { OnboardScope } from '#contracts/steps.ts';
import { linkResource } from '#core/links.ts';
import { known } from '#core/observed.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { type Arrivals, arrivedProducts, arrivedSources, observeArrivals, reachedLinks } from '../arrivals.ts';
import { GRANTS, LINK } from '../queries.ts';
import { type SeenLink, type UnwantedLink, unwantedLinks } from './unwanted.ts';

export interface LinkObservation {
  readonly arrivals: Arrivals;
  /** By the name a link should have: the database there, and explicit grants on it. */
  readonly links: ReadonlyMap<string, SeenLink>;
  /** Links of ours that nobody wants. */
  readonly unwanted: readonly (UnwantedLink & { readonly seen: SeenLink })[];
}

export async function observeLinks(read: Reads, asked: Question<OnboardScope>): Promise<LinkObservation> {
  const arrivals = await observeArrivals(read, asked);
  const { account } = arrivals;
  const products = arrivedProducts(arrivals, asked.planning).filter(({ product }) => product.account !== account);
  const reached = reachedLinks(arrivals, arrivedSources(arrivals, asked.planning));
  const names = new Set([
    ...products.map(({ product }) => product.link),
    ...reached.filter(({ byProduct }) => !byProduct).map(({ source }) => source.link),
  ]);
  const links = [...names].map(async (name) => [name, await observeLink(read, asked.scope, name)] as const);
  const unwanted = unwantedLinks(arrivals, asked).map(async (link) => {
    return { ...link, seen: await observeLink(read, asked.scope, link.name) };
  });
  return { arrivals, links: new Map(await Promise.all(links)), unwanted: await Promise.all(unwanted) };
}

/** Asking about grants on what isn't there yet is an error to AWS, and the answer is known: none. */
async function observeLink(read: Reads, { account, region }: OnboardScope, name: string): Promise<SeenLink> {
  const place = read.in(account, region);
  const facts = await place.ask(LINK, { name });
  if (!facts.known || facts.value.database === null) return { facts, grants: known({ grants: [] }) };
  const resource = linkResource(account, { link: name });
  return { facts, grants: await place.ask(GRANTS, { owner: true, resource }) };
}
