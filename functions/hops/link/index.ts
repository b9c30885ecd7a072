/** Link: a resource link exists, points where it should, and is not itself open to everybody. */

import { isDeleteLink } from '#changes/link-removal/change.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Assessment, assessed, merge, NO_PRODUCT, NOTHING, skipped } from '#core/assessment.ts';
import { unreadable } from '#core/findings.ts';
import { linkTarget } from '#core/links.ts';
import { known } from '#core/observed.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import { type Arrivals, arrivedProducts, arrivedSources, namesBut, reachedLinks } from '../arrivals.ts';
import { assessLink } from './assess.ts';
import { type LinkObservation, observeLinks } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';
import { assessUnwanted } from './unwanted.ts';

export const link: OnboardHop<LinkObservation> = {
  name: 'link',
  half: 'onboard',
  stage: 'link',
  scopes: ['account'],
  after: ['membership', 'settings'],
  // A new link's default permissions can only be taken off once it is there.
  again: ['link'],
  permissions: PERMISSIONS,
  observe: observeLinks,
  assess: (observed, question) => {
    const unwanted = assessUnwanted(observed.unwanted, question);
    const links = afterRemoval(observed.links, unwanted);
    const seen = { ...observed, links };
    return merge(byTag(seen, question), byName(seen, question), unwanted);
  },
};

type Asked = Question<OnboardScope>;

/** What a link of ours makes way for is made at once: it counts as gone. */
function afterRemoval(links: LinkObservation['links'], unwanted: Assessment): LinkObservation['links'] {
  const leaving = new Set(unwanted.changes.filter(isDeleteLink).flatMap(({ gone, name }) => (gone ? [] : [name])));
  return new Map([...links].map(([name, seen]) => [name, leaving.has(name) ? UNSEEN : seen]));
}

const UNSEEN = { facts: known({ database: null }), grants: known({ grants: [] }) };

function byName({ arrivals, links }: LinkObservation, { scope, entries, planning }: Asked): Assessment {
  const { account, region } = scope;
  const ready = arrivedProducts(arrivals, planning);
  const assessments = ready.map(({ product }) => {
    if (product.account === account) return NOTHING;
    return assessLink({ account, region, product, ...(links.get(product.link) ?? UNSEEN), entries });
  });
  return merge(...assessments, unreadableShares(arrivals, planning), skipped('link', namesBut(arrivals, ready)));
}

/** Shared by its producer, and RAM does not show whether it has arrived: not the same as waiting. */
function unreadableShares({ account, products, shares }: Arrivals, planning: boolean): Assessment {
  if (planning) return NOTHING;
  const others = products.filter(({ product, snapshot }) => product.account !== account && snapshot?.shared);
  const findings = others.flatMap(({ product: { name, account: owner, region, database } }) => {
    const seen = shares.get(region);
    if (seen === undefined || seen.known) return [];
    const resource = `share of ${owner}/${database}`;
    return [unreadable({ hop: 'link', account, region, product: name, resource }, seen.why)];
  });
  return assessed({ findings });
}

function byTag({ arrivals, links: seen }: LinkObservation, { scope, entries, planning }: Asked): Assessment {
  if (arrivals.sources.length === 0) return NOTHING;
  const { account, region } = scope;
  const sources = arrivedSources(arrivals, planning);
  const links = reachedLinks(arrivals, sources).filter(({ byProduct }) => !byProduct);
  const others = arrivals.products.map(({ product }) => product).filter((product) => product.account !== account);
  const assessments = links.map(({ source }, i) => {
    const where = { account, region, product: source, entries };
    // One name is one link: a product's before what follows a tag, and of two of these the first.
    const taken =
      others.find((product) => product.link === source.link) ??
      links.slice(0, i).find((earlier) => earlier.source.link === source.link)?.source;
    if (taken === undefined) return assessLink({ ...where, ...(seen.get(source.link) ?? UNSEEN) });
    const database = { name: source.link, target: linkTarget(taken) };
    return assessLink({ ...where, facts: known({ database }), grants: known({ grants: [] }) });
  });
  const silent = arrivals.sources.length > sources.length ? skipped('link', [NO_PRODUCT]) : NOTHING;
  return merge(...assessments, unreadableSources(arrivals, planning), silent);
}

/** What RAM or Glue would not show: not the same as waiting. */
function unreadableSources({ account, sources, shares }: Arrivals, planning: boolean): Assessment {
  if (planning) return NOTHING;
  const hidden = sources.flatMap(({ catalog }) => {
    const seen = shares.get(catalog.region);
    const resource = `share of ${catalog.account} by tag`;
    return seen === undefined || seen.known
      ? []
      : [unreadable({ hop: 'link', account, region: catalog.region, resource }, seen.why)];
  });
  const listings = sources.flatMap(({ catalog: { region }, unlisted }) => {
    const resource = `databases shared with ${account}`;
    return unlisted === null ? [] : [unreadable({ hop: 'link', account, region, resource }, unlisted)];
  });
  return assessed({ findings: [...hidden, ...listings] });
}
