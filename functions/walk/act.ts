/** Doing what was decided: intent, write, confirm. One failure never stops the rest. */

import { closeTableDefaults, createDatabase, createLink, reopenTableDefaults } from '#aws/catalog.ts';
import { BATCH, grantBatch, revokeBatch } from '#aws/grants.ts';
import { registerLocation } from '#aws/location.ts';
import { chunks } from '#aws/paging.ts';
import { acceptInvitation } from '#aws/shares.ts';
import { createTag, extendTag } from '#aws/tags.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Action, AssignTags } from '#core/actions.ts';
import { entryId } from '#core/entries.ts';
import { broughtBy } from '#core/hops/ontology.ts';
import { Exceptions } from '#core/tags/exceptions.ts';
import { type Awaited, assignments, tagsAtOnce } from './act-tags.ts';
import type { WalkContext } from './context.ts';
import { type DocumentAction, writeDocument } from './documents.ts';
import { actor } from './entrance.ts';
import { inLine } from './lease.ts';
import { type Doing, ended, intended } from './outcomes.ts';
import { createPace } from './pace.ts';
import { hasTurn, roundsIn } from './rounds.ts';

export interface Acted {
  readonly done: number;
  readonly failed: number;
}

type Permission = Extract<Action, { kind: 'grant' | 'revoke' }>;
type Single = Exclude<Action, Permission | AssignTags>;

/** A stage starts nothing new after this long: a function lives 5 minutes, its reads and last batch included. */
const BUDGET_MS = 3 * 60_000;
/** What reading leaves to writing in any case, or a stage that reads for long would never write. */
const LEAST_MS = 30_000;
/** What was refused this run already leaves this much to what was not: 25 tags at one a second. */
const RESERVE_MS = 30_000;

/** When a stage that began at `startedAt` starts nothing new any more, whatever its hops. Milliseconds since the epoch. */
export function stopsAt(startedAt: number): number {
  return startedAt + BUDGET_MS;
}

/**
 * AWS takes no two grants to one principal at once (G-L1), and two databases of one account are shared with the same
 * consumers: one batch at a time per granting account and Region. Longer than one call with its retries.
 */
const GRANTS_LEASE_MS = 2 * 60_000;

/** What `act` works with, and how long. */
interface Known {
  readonly entries: readonly Entry[];
  /** Of the stage, in milliseconds since the epoch. */
  readonly stopAt: number;
}

/** @throws MoreToDo when the time of one call is over: what is done shows at the next look, the rest is done then. */
export async function act(ctx: WalkContext, actions: readonly Action[], known: Known): Promise<Acted> {
  const doing = doingOf(ctx, known);
  const all = distinct(actions);
  const results: (LakeError | null)[] = [];
  const tried = (action: Action) => doing.earlier.get(entryId(action))?.execution === ctx.execution;
  const lacking = new Set(broughtBy(all));
  const awaited = { lacking, exceptions: new Exceptions(all.filter(isAssignment)) };
  let again = false;
  for (const group of inTurn(all, { tried, perSecond: ctx.policy.limits.writesPerSecond })) {
    const first = group[0];
    if (first === undefined) continue;
    const stopAt = doing.stopAt - (tried(first) ? RESERVE_MS : 0);
    if (ctx.now() >= stopAt) {
      if (tried(first)) continue;
      throw new LakeError('MoreToDo', { message: `${results.length} of ${all.length} write(s) done in this call` });
    }
    const outcome = await together({ ...doing, stopAt }, group, awaited);
    results.push(...outcome);
    if (isOntology(first) && outcome[0] === null) for (const tag of broughtBy([first])) lacking.delete(tag);
    again ||= !tried(first) && outcome.some((result) => isLakeError(result, 'LeaseHeld'));
  }
  if (again) throw new LakeError('MoreToDo', { message: 'another run is writing here: once more in line' });
  const done = results.filter((result) => result === null).length;
  return { done, failed: all.length - done };
}

function doingOf(ctx: WalkContext, { entries, stopAt }: Known): Doing {
  const pace = createPace({ perSecond: ctx.policy.limits.writesPerSecond, now: ctx.now, sleep: ctx.sleep });
  const earlier = new Map(entries.map((entry) => [entry.id, entry]));
  return { ctx, pace, earlier, stopAt: Math.max(stopAt, ctx.now() + LEAST_MS) };
}

/**
 * Keys of LF-Tags come first, since nothing can be tagged without them; then columns, tables and databases, since what
 * is to be an exception is one before its parent says anything. Among its like, what AWS refused this run already comes
 * last, or it could use up every call before the rest has had its turn.
 */
function inTurn(actions: readonly Action[], { tried, perSecond }: Turns): readonly (readonly Action[])[] {
  const levels = [...Map.groupBy(actions, levelOf)].sort(([a], [b]) => a - b);
  return levels.flatMap(([, level]) => [
    ...inOrder(
      level.filter((action) => !tried(action)),
      perSecond,
    ),
    ...inOrder(level.filter(tried), perSecond),
  ]);
}

interface Turns {
  readonly tried: (action: Action) => boolean;
  readonly perSecond: number;
}

function levelOf(action: Action): number {
  if (isOntology(action)) return 0;
  if (!isAssignment(action)) return 4;
  if (action.table === null) return 3;
  return action.columns.length === 0 ? 2 : 1;
}

/** One group: writes that go out together. */
async function together(
  doing: Doing,
  group: readonly Action[],
  awaited: Awaited,
): Promise<readonly (LakeError | null)[]> {
  const [first] = group;
  if (first === undefined) return [];
  if (isPermission(first)) return permissions(doing, group.filter(isPermission));
  if (isAssignment(first)) return assignments(doing, group.filter(isAssignment), awaited);
  return [await single(doing, first)];
}

function distinct(actions: readonly Action[]): readonly Action[] {
  return [...new Map(actions.map((action) => [entryId(action), action])).values()];
}

function isPermission(action: Action): action is Permission {
  return action.kind === 'grant' || action.kind === 'revoke';
}

function isAssignment(action: Action): action is AssignTags {
  return action.kind === 'assign-tags';
}

function isOntology(action: Action): boolean {
  return action.kind === 'create-tag' || action.kind === 'extend-tag';
}

/**
 * Of one level: everything that is not a grant one by one and first, but LF-Tags in chunks; then revokes, then grants,
 * in batches of one account, Region and hop. Altering a database comes last: the right to do so may be among the grants.
 */
function inOrder(actions: readonly Action[], perSecond: number): readonly (readonly Action[])[] {
  const others = actions.filter((action) => !isPermission(action) && !isAssignment(action));
  const isLast = (action: Action) => action.kind.endsWith('-table-defaults');
  const singles = others.filter((action) => !isLast(action)).map((action) => [action]);
  const batches = (kind: Permission['kind']) => {
    const groups = Map.groupBy(
      actions.filter((a) => a.kind === kind),
      (a) => `${a.account}/${a.region}/${a.hop}`,
    );
    return [...groups.values()].flatMap((group) => chunks(group, BATCH));
  };
  const tags = chunks(actions.filter(isAssignment), tagsAtOnce(perSecond));
  const last = others.filter(isLast).map((action) => [action]);
  return [...singles, ...tags, ...batches('revoke'), ...batches('grant'), ...last];
}

async function single(doing: Doing, action: Single): Promise<LakeError | null> {
  const { ctx, pace } = doing;
  const intent = intended(doing, action);
  await pace.turn(`${action.account}/${action.region}`);
  const kept = { entry: intent };
  const { pauses, passes } = roundsIn(doing, action);
  let error: unknown = null;
  for (const pause of pauses) {
    if (!(await hasTurn(doing, pause))) break;
    error = await putAndWrite(ctx, action, kept).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isLakeError(error, 'AccessDenied') || !passes(error)) break;
  }
  const [failure = null] = await ended(doing, [{ action, intent: kept.entry, error }]);
  return failure;
}

async function putAndWrite(ctx: WalkContext, action: Single, kept: { entry: Entry }): Promise<void> {
  await ctx.ledger.put([kept.entry]);
  await write(ctx, action, kept);
}

/** `kept.entry` gains the text of a document before it is overwritten. */
async function write(ctx: WalkContext, action: Single, kept: { entry: Entry }): Promise<void> {
  const clients = actor(ctx, action);
  switch (action.kind) {
    case 'create-link':
      return createLink(clients, action.account, action);
    case 'create-database':
      return createDatabase(clients, action.account, action);
    case 'accept-invitation':
      // The same invitation always has the same token: a retry after a cut connection is the same request.
      return acceptInvitation(clients, { arn: action.invitationArn, token: kept.entry.id });
    case 'close-table-defaults':
      return closeTableDefaults(clients, action, (before) => remember(ctx, kept, before));
    case 'reopen-table-defaults':
      return reopenTableDefaults(clients, action);
    case 'create-tag':
      return createTag(clients, action.account, action.tag);
    case 'extend-tag':
      return extendTag(clients, action.account, action.tag);
    case 'register-location':
      return registerLocation(clients, action.account, action);
    default:
      return document(ctx, action, kept);
  }
}

async function document(ctx: WalkContext, action: DocumentAction, kept: { entry: Entry }): Promise<void> {
  await writeDocument(ctx, action, actor(ctx, action), (before) => remember(ctx, kept, before));
}

/** What was there before our first write; it is in the ledger before it is gone from AWS. */
async function remember(ctx: WalkContext, kept: { entry: Entry }, before: string | null): Promise<void> {
  kept.entry = { ...kept.entry, inverse: kept.entry.inverse ?? before };
  await ctx.ledger.put([kept.entry]);
}

/** A batch of grants or revokes; only entries that AWS refuses for the moment are sent again (G-L10). */
async function permissions(doing: Doing, batch: readonly Permission[]): Promise<readonly (LakeError | null)[]> {
  const { ctx } = doing;
  const intents = batch.map((action) => ({ action, intent: intended(doing, action) }));
  await ctx.ledger.put(intents.map(({ intent }) => intent));
  const outcome = new Map<Permission, LakeError | null>();
  const first = batch[0];
  const rounds = first === undefined ? null : roundsIn(doing, first);
  let open = batch;
  for (const pause of rounds?.pauses ?? []) {
    if (!(await hasTurn(doing, pause))) break;
    const results = await sendBatch(doing, open);
    for (const [i, action] of open.entries()) outcome.set(action, results[i] ?? null);
    open = open.filter((action) => rounds?.passes(outcome.get(action) ?? null));
    if (open.length === 0) break;
  }
  return ended(
    doing,
    intents.map((write) => ({ ...write, error: outcome.get(write.action) ?? null })),
  );
}

async function sendBatch({ ctx, pace }: Doing, batch: readonly Permission[]): Promise<readonly (LakeError | null)[]> {
  const first = batch[0];
  if (first === undefined) return [];
  await pace.turn(`${first.account}/${first.region}`);
  const clients = actor(ctx, first);
  const send = first.kind === 'grant' ? grantBatch : revokeBatch;
  try {
    const grants = batch.map((action) => action.grant);
    const lease = { key: `grants/${first.account}/${first.region}`, ms: GRANTS_LEASE_MS };
    return await inLine(ctx, lease, () => send(clients, first.account, grants));
  } catch (error) {
    if (!(error instanceof LakeError)) throw error;
    return batch.map(() => error);
  }
}
