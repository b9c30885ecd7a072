/** Grants of ours to principals of a consumer that nothing may want any longer: read one by one, and only these. */

import type { Grant, LakeResource, ListedGrant } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { admit } from '#core/admission.ts';
import type { ReadyProduct } from '#core/consumer-grants.ts';
import type { RoleFacts } from '#core/facts.ts';
import { roleArn } from '#core/member-roles.ts';
import type { Observed, Trouble } from '#core/observed.ts';
import { resourceText } from '#core/permissions.ts';
import { consumerGrants } from '#core/tags/grants.ts';
import type { Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { type Arrivals, arrivedProducts, arrivedSources, reachedLinks } from '../arrivals.ts';
import { askAll } from '../ask-each.ts';
import { GRANTS } from '../queries.ts';
import { linkReaders } from './by-tag.ts';
import { judgedGrants, type UnwantedGrantsQuestion, unwantedGrants } from './unwanted.ts';

/** What is judged in one Region, the rows that AWS lists of it, and why others could not be read. */
export interface Suspects {
  readonly question: UnwantedGrantsQuestion;
  readonly why: readonly Trouble[];
}

type Asked = Question<OnboardScope>;
type Judged = Omit<UnwantedGrantsQuestion, 'listed'>;

/** Nothing while the account's roles can't be read: the role hop says so. */
export async function observeUnwanted(
  read: Reads,
  asked: Asked,
  arrivals: Arrivals,
  roles: Observed<readonly RoleFacts[]>,
): Promise<readonly Suspects[]> {
  if (!roles.known) return [];
  const { region } = asked.scope;
  // Targets' grants count where the data is; of what no product names there, that Region's own run is started.
  const regions = [...new Set([region, ...arrivals.products.map(({ product }) => product.region)])];
  const suspects: Suspects[] = [];
  for (const where of regions) {
    const entries = asked.entries.filter((entry) => entry.kind === 'grant' && entry.region === where);
    if (entries.length > 0)
      suspects.push(await suspectsIn(read, judged(asked, arrivals, { where, entries, roles: roles.value })));
  }
  return suspects;
}

interface Here {
  readonly where: string;
  readonly entries: readonly Entry[];
  readonly roles: readonly RoleFacts[];
}

function judged(asked: Asked, arrivals: Arrivals, { where, entries, roles }: Here): Judged {
  const { policy, scope, planning } = asked;
  const { account, region } = scope;
  const products = arrivals.products.map(({ product }) => product);
  const decided = arrivedProducts(arrivals, planning).map(({ product, snapshot }): ReadyProduct => {
    // Who can't be told to be admitted counts as admitted: unknown takes nothing (law 6).
    const kept = roles.filter((role) => ['admitted', 'undecided'].includes(admit(policy, product, role).kind));
    return { product, snapshot, roles: kept.map(({ arn }) => arn).sort() };
  });
  const undecided = products.filter(({ name }) => !decided.some(({ product }) => product.name === name));
  const elsewhere = policy.products.filter((one) => one.audience.includes(account) && !products.includes(one));
  const ourselves = (['Operator', 'Reader', 'Storage'] as const).map((role) => roleArn(asked, account, role));
  const common = { account, region, where, decided, undecided, elsewhere, ourselves, entries };
  return { ...common, ...readersByTag(asked, arrivals) };
}

/** Who reads which link by tag. Of a catalog that is not known whole, its principals may read any. */
function readersByTag(asked: Asked, arrivals: Arrivals): Pick<Judged, 'readers' | 'silent'> {
  const { policy, scope, planning } = asked;
  const sources = arrivedSources(arrivals, planning).filter(({ unlisted }) => unlisted === null);
  const all = arrivals.sources.map((source) => ({
    source,
    grants: consumerGrants(policy, source.catalog, scope.account),
  }));
  const silent = all.filter(({ source }) => !sources.includes(source));
  const links = reachedLinks(arrivals, sources).map(({ source, by }) => {
    return { catalog: source.account, link: source.link, by };
  });
  return {
    readers: linkReaders(
      all.flatMap(({ grants }) => grants),
      links,
    ),
    silent: new Set(silent.flatMap(({ grants }) => grants.map(({ grant }) => grant.principal))),
  };
}

/** What may have to go is read first; what stays, which the brake asks for, only if something goes. */
async function suspectsIn(read: Reads, question: Judged): Promise<Suspects> {
  const all = judgedGrants(question);
  const asIfListed = all.map((grant) => ({ ...grant, shareArns: [] }));
  const suspects = resourcesOf(unwantedGrants({ ...question, listed: asIfListed }).map(({ grant }) => grant));
  const seen = await rowsOn(read, question, [...suspects.values()]);
  if (unwantedGrants({ ...question, listed: seen.rows }).length === 0)
    return { question: { ...question, listed: [] }, why: seen.why };
  const others = [...resourcesOf(all)].flatMap(([text, resource]) => (suspects.has(text) ? [] : [resource]));
  const rest = await rowsOn(read, question, others);
  return { question: { ...question, listed: [...seen.rows, ...rest.rows] }, why: seen.why };
}

function resourcesOf(grants: readonly Grant[]): ReadonlyMap<string, LakeResource> {
  return new Map(grants.map(({ resource }) => [resourceText(resource), resource]));
}

/**
 * Each by itself: asking about one that was dropped, or is shared no longer, is an error to AWS and says nothing of the
 * others. On what isn't visible there is nothing to revoke; the entry stays, should it come back.
 */
async function rowsOn(
  read: Reads,
  { account, where }: Judged,
  resources: readonly LakeResource[],
): Promise<{ readonly rows: readonly ListedGrant[]; readonly why: readonly Trouble[] }> {
  const place = read.in(account, where);
  const answers = await askAll(resources, (resource) =>
    place.ask(GRANTS, { owner: resource.catalog === account, resource }),
  );
  return {
    rows: answers.flatMap((answer) => (answer.known ? answer.value.grants : [])),
    why: answers.flatMap((answer) => (answer.known || isAbsent(answer.why) ? [] : [answer.why])),
  };
}

function isAbsent({ code }: Trouble): boolean {
  return code === 'Missing' || code === 'NotVisible';
}
