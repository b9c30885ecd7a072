/** Links of ours that nobody wants any longer, or that stand in the way of one that is wanted under their name. */

import type { DeleteLink } from '#changes/link-removal/change.ts';
import { IAM_ALLOWED_PRINCIPALS, type LinkTarget, type ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry, EntryOf } from '#contracts/ledger.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Assessment, assessed, due, found, merge, NOTHING } from '#core/assessment.ts';
import type { GrantFacts, LinkFacts } from '#core/facts.ts';
import { finding, listed, unreadable } from '#core/findings.ts';
import { type LinkSource, linkResource, linkTarget, sameTarget } from '#core/links.ts';
import { roleArn } from '#core/member-roles.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';
import type { Question } from '#engine/hop.ts';
import { type Arrivals, arrivedSources, reachedLinks } from '../arrivals.ts';

type Asked = Question<OnboardScope>;

/** The database there, and explicit grants on it. */
export interface SeenLink {
  readonly facts: Observed<LinkFacts>;
  readonly grants: Observed<GrantFacts>;
}

/** A link of ours by the ledger, and what is wanted under its name. */
export interface UnwantedLink {
  readonly name: string;
  readonly entry: EntryOf<'link'>;
  /** Null: nothing is. */
  readonly wanted: LinkTarget | null;
}

/** By policy and ledger alone: in a run that changes nothing there are none, and nothing is read for them (law 7). */
export function unwantedLinks(
  arrivals: Arrivals,
  { scope, entries, planning }: Pick<Asked, 'scope' | 'entries' | 'planning'>,
): readonly UnwantedLink[] {
  const { account, region } = scope;
  const prefix = resourceText(linkResource(account, { link: '' }));
  const ours = entries.filter(
    (entry): entry is EntryOf<'link'> =>
      entry.kind === 'link' && entry.region === region && entry.before['link'] === 'absent' && mayStand(entry),
  );
  if (ours.length === 0) return [];
  const decided = arrivedSources(arrivals, planning).filter(({ unlisted }) => unlisted === null);
  const undecided = arrivals.sources.filter((source) => !decided.includes(source)).map(({ catalog }) => catalog);
  const wanted = wantedNames(arrivals, decided);
  return ours.flatMap((entry): readonly UnwantedLink[] => {
    const name = entry.target.slice(prefix.length);
    const target = wanted.get(name) ?? null;
    if (target !== null && sameTarget(target, entry.sent)) return [];
    // What a catalog reaches by tag is not known just now: nothing of it is unwanted (law 6).
    const isOf = (catalog: { account: string; region: string }) =>
      catalog.account === entry.sent.catalog && catalog.region === entry.sent.region;
    return undecided.some(isOf) ? [] : [{ name, entry, wanted: target }];
  });
}

/** A product's before what follows a tag, whether it has arrived or not. */
function wantedNames(arrivals: Arrivals, decided: Parameters<typeof reachedLinks>[1]): ReadonlyMap<string, LinkTarget> {
  const products: readonly LinkSource[] = arrivals.products
    .map(({ product }) => product)
    .filter((product) => product.account !== arrivals.account);
  const reached = reachedLinks(arrivals, decided).map(({ source }) => source);
  const all = [...products, ...reached].toReversed();
  return new Map(all.map((source) => [source.link, linkTarget(source)]));
}

export function assessUnwanted(
  unwanted: readonly (UnwantedLink & { readonly seen: SeenLink })[],
  question: Asked,
): Assessment {
  return merge(...unwanted.map((link) => assessOne(link, question)));
}

function assessOne(
  { name, entry, wanted, seen }: UnwantedLink & { readonly seen: SeenLink },
  question: Asked,
): Assessment {
  const { account, region } = question.scope;
  const where = { hop: 'link' as const, account, region, resource: `link ${account}/${name}` };
  if (!seen.facts.known) return found(unreadable(where, seen.facts.why));
  const { database } = seen.facts.value;
  const common = { ...where, kind: 'delete-link' as const, products: entry.products, name, target: entry.sent };
  const { resource: _, ...change } = common;
  if (database?.target == null || !sameTarget(database.target, entry.sent)) {
    const forgotten: DeleteLink = { ...change, effect: 'neutral', gone: true };
    return due(forgotten);
  }
  if (!seen.grants.known) return found(unreadable(where, seen.grants.why));
  const theirs = othersOn(seen.grants.value.grants, question);
  if (theirs.length > 0) return inUse(where, theirs);
  // Grants first: once they are taken back, this comes due. Those of a link that makes way come again with the next.
  const waits = wanted === null && !question.planning && standingOn(name, question).length > 0;
  const removal: DeleteLink = { ...change, effect: 'narrows', gone: false };
  return waits ? NOTHING : due(removal);
}

function standingOn(name: string, { scope: { account, region }, entries }: Asked): readonly Entry[] {
  const text = resourceText(linkResource(account, { link: name }));
  return entries.filter(
    (entry) =>
      entry.kind === 'grant' &&
      entry.region === region &&
      mayStand(entry) &&
      resourceText(entry.sent.resource) === text,
  );
}

/** Who holds something on it that we did not give: with the link that would be gone (law 3). */
function othersOn(grants: readonly ListedGrant[], question: Asked): readonly string[] {
  const { scope, entries } = question;
  const ours = new Set([
    IAM_ALLOWED_PRINCIPALS,
    ...(['Operator', 'Reader'] as const).map((role) => roleArn(question, scope.account, role)),
    ...entries.flatMap((entry) => (entry.kind === 'grant' && mayStand(entry) ? [entry.sent.principal] : [])),
  ]);
  return grants.flatMap(({ principal }) => (ours.has(principal) ? [] : [principal])).sort();
}

function inUse(where: Parameters<typeof unreadable>[0], theirs: readonly string[]): Assessment {
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'link-in-use',
    message: `no product wants ${where.resource} any longer, and others hold permissions on it: ${listed(theirs, 3)}`,
    remedy: 'Revoke them, and the next run deletes the link. What we did not grant we never take away.',
  });
  return assessed({ findings: [told], foreign: theirs.map((principal) => `${principal} on ${where.resource}`) });
}
