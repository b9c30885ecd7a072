/** The consumer half takes back too: what principals here were granted by us and nothing wants any longer. */

import { type Decision, merge, NOTHING, unjudged } from '#core/actions.ts';
import { unreadable } from '#core/findings.ts';
import type { ReadyProduct } from '#core/hops/grants.ts';
import { admit } from '#core/hops/role.ts';
import { linkReaders } from '#core/hops/tag-grants.ts';
import { consumerWants } from '#core/hops/tag-shares.ts';
import { judgedGrants, type UnwantedGrantsQuestion, unwantedGrants } from '#core/hops/unwanted-grants.ts';
import { type Grant, known, type LakeResource, type ListedGrant, resourceText, type Trouble } from '#core/lake.ts';
import type { WalkContext } from './context.ts';
import { roleArn } from './entrance.ts';
import { grantsQuestion, type OnboardFacts } from './onboard.ts';
import { arrived, linksOf } from './onboard-tags.ts';
import { inPool } from './pool.ts';
import type { Looking } from './publish.ts';
import { readyProducts } from './ready.ts';

type Judged = Omit<UnwantedGrantsQuestion, 'listed'>;
type Wishes = Pick<Judged, 'decided' | 'undecided' | 'elsewhere' | 'readers' | 'silent' | 'ourselves'>;

export async function withdrawHop(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Decision> {
  const { account, region } = facts.scope;
  // Targets' grants count where the data is; of what no product names there, that Region's own walk is started.
  const regions = [...new Set([region, ...facts.products.map((product) => product.region)])];
  const granted = await Promise.all(
    regions.map(async (where) => {
      const entries = where === region ? await facts.entries() : await ctx.ledger.entries(account, where);
      return { where, entries: entries.filter(({ kind }) => kind === 'grant') };
    }),
  );
  if (granted.every(({ entries }) => entries.length === 0)) return NOTHING;
  const wishes = await wishesOf(ctx, facts, looking);
  // Which roles there are is not known, and the role hop says so.
  if (wishes === null) return unjudged('grants', [null]);
  const decisions = granted.map((one) => withdrawnIn(facts, { account, region, ...one, ...wishes }));
  return merge(...(await Promise.all(decisions)));
}

/** Null while the account's roles can't be read. */
async function wishesOf(ctx: WalkContext, facts: OnboardFacts, looking: Looking): Promise<Wishes | null> {
  const { account } = facts.scope;
  const roles = facts.products.length === 0 ? known([]) : await facts.roles();
  if (!roles.known) return null;
  const decided = (await readyProducts(facts, looking)).map(({ product, snapshot }): ReadyProduct => {
    const kept = roles.value.filter((role) =>
      ['admitted', 'undecided'].includes(admit(ctx.policy, product, role).kind),
    );
    return { product, snapshot, roles: kept.map(({ arn }) => arn).sort() };
  });
  const undecided = facts.products.filter(({ name }) => !decided.some(({ product }) => product.name === name));
  const elsewhere = ctx.policy.products.filter(
    (one) => one.audience.includes(account) && !facts.products.includes(one),
  );
  const ourselves = (['Operator', 'Reader', 'Storage'] as const).map((role) => roleArn(ctx, account, role));
  return { decided, undecided, elsewhere, ...(await readersByTag(ctx, facts, looking)), ourselves };
}

/** Who reads which link by tag. Of a catalog that is not known whole, its principals may read any. */
async function readersByTag(
  ctx: WalkContext,
  facts: OnboardFacts,
  looking: Looking,
): Promise<Pick<Wishes, 'readers' | 'silent'>> {
  const { account } = facts.scope;
  const sources = (await arrived(facts, looking)).filter(({ unlisted }) => unlisted === null);
  const wants = facts.catalogs.map((catalog) => ({ catalog, wishes: consumerWants(ctx.policy, catalog, account) }));
  const silent = wants.filter(({ catalog }) => !sources.some((source) => source.catalog === catalog));
  return {
    readers: linkReaders(
      wants.flatMap(({ wishes }) => wishes),
      linksOf(facts, sources).map(({ source, by }) => ({ catalog: source.account, link: source.link, by })),
    ),
    silent: new Set(silent.flatMap(({ wishes }) => wishes.map(({ grant }) => grant.principal))),
  };
}

/** What may have to go is looked up first; what stays, which the brake asks for, only if there is any. */
async function withdrawnIn(facts: OnboardFacts, question: Judged): Promise<Decision> {
  const { account, where } = question;
  const all = judgedGrants(question);
  const asIfListed = all.map((grant) => ({ ...grant, shareArns: [] }));
  const suspects = resourcesOf(unwantedGrants({ ...question, listed: asIfListed }).flatMap(grantOf));
  if (suspects.size === 0) return NOTHING;
  const found = await rowsOn(facts, where, [...suspects.values()]);
  const unknown = found.why.slice(0, 1).map((why) => {
    const at = { hop: 'grants' as const, account, region: where };
    return unreadable({ ...at, resource: `Lake Formation permissions of ${account}` }, why);
  });
  const trouble = unknown.length === 0 ? NOTHING : { ...unjudged('grants', [null]), findings: unknown };
  if (unwantedGrants({ ...question, listed: found.rows }).length === 0) return trouble;
  const others = [...resourcesOf(all)].flatMap(([text, resource]) => (suspects.has(text) ? [] : [resource]));
  const rest = await rowsOn(facts, where, others);
  const actions = unwantedGrants({ ...question, listed: [...found.rows, ...rest.rows] });
  return merge({ ...NOTHING, actions }, trouble);
}

function grantOf(action: ReturnType<typeof unwantedGrants>[number]): readonly Grant[] {
  return action.kind === 'revoke' ? [action.grant] : [];
}

function resourcesOf(grants: readonly Grant[]): ReadonlyMap<string, LakeResource> {
  return new Map(grants.map(({ resource }) => [resourceText(resource), resource]));
}

/**
 * Each by itself: asking about one that was dropped, or is shared no longer, is an error to AWS and says nothing of the
 * others. On what isn't visible there is nothing to revoke; the entry stays, should it come back.
 */
async function rowsOn(
  facts: OnboardFacts,
  where: string,
  resources: readonly LakeResource[],
): Promise<{ readonly rows: readonly ListedGrant[]; readonly why: readonly Trouble[] }> {
  const answers = await inPool(resources, (resource) => facts.grantsOn(grantsQuestion(where, [resource])));
  const rows = answers.flatMap((answer) => (answer.known ? answer.value.grants : []));
  const why = answers.flatMap((answer) => (answer.known || isAbsent(answer.why) ? [] : [answer.why]));
  return { rows, why };
}

function isAbsent({ code }: Trouble): boolean {
  return code === 'Missing' || code === 'NotVisible';
}
