import type { OnboardScope } from '#contracts/steps.ts';
import type { AcceptanceFacts } from '#core/facts.ts';
import { known, type Observed } from '#core/observed.ts';
import type { Question } from '#engine/hop.ts';
import type { PlaceReads, Reads } from '#engine/query.ts';
import { type Arrivals, observeArrivals, type ProductSource, type TagSource } from '../arrivals.ts';
import { INVITATIONS, SHARES } from '../queries.ts';

/** What other accounts share with this one in one Region: RAM is regional. */
export interface Arriving {
  readonly region: string;
  readonly products: readonly ProductSource[];
  readonly sources: readonly TagSource[];
  readonly seen: Observed<AcceptanceFacts>;
}

export interface AcceptanceObservation {
  readonly arrivals: Arrivals;
  readonly arriving: readonly Arriving[];
}

export async function observeAcceptance(read: Reads, asked: Question<OnboardScope>): Promise<AcceptanceObservation> {
  const arrivals = await observeArrivals(read, asked);
  const { account, products, sources } = arrivals;
  const others = products.filter(({ product }) => product.account !== account);
  const all = [...others.map(({ product }) => product), ...sources.map(({ catalog }) => catalog)];
  const senders = [...new Set(all.map((one) => one.account))].filter((sender) => sender !== account).sort();
  const regions = [...new Set(all.map(({ region }) => region))];
  const arriving = regions.map(async (region): Promise<Arriving> => {
    return {
      region,
      products: others.filter(({ product }) => product.region === region),
      sources: sources.filter(({ catalog }) => catalog.region === region),
      // Shares are accepted in the Region of the target.
      seen: await observeArriving(read.in(account, region), senders),
    };
  });
  return { arrivals, arriving: await Promise.all(arriving) };
}

async function observeArriving(place: PlaceReads, senders: readonly string[]): Promise<Observed<AcceptanceFacts>> {
  const [invitations, shares] = await Promise.all([place.ask(INVITATIONS, { senders }), place.ask(SHARES, {})]);
  if (!invitations.known) return invitations;
  return shares.known ? known({ invitations: invitations.value, shares: shares.value }) : shares;
}
