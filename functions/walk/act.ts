/** Doing what was decided: intent, write, confirm. One failure never stops the rest. */

import { closeTableDefaults, createDatabase, createLink } from '#aws/catalog.ts';
import { toTrouble, wasRepeated } from '#aws/errors.ts';
import { BATCH, grantBatch, revokeBatch } from '#aws/grants.ts';
import { registerLocation } from '#aws/location.ts';
import { chunks } from '#aws/paging.ts';
import { acceptInvitation } from '#aws/shares.ts';
import { assignTags, createTag, extendTag } from '#aws/tags.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Action } from '#core/actions.ts';
import { actionText } from '#core/describe.ts';
import { entryId, intentOf, settled } from '#core/entries.ts';
import type { WalkContext } from './context.ts';
import { type DocumentAction, writeDocument } from './documents.ts';
import { actor } from './entrance.ts';
import { inLine } from './lease.ts';
import { createPace, type Pace } from './pace.ts';

export interface Acted {
  readonly done: number;
  readonly failed: number;
}

type Permission = Extract<Action, { kind: 'grant' | 'revoke' }>;

/** Waits between rounds for entries AWS refuses for the moment: 15.5 s in all, after the SDK's own retries of whole calls. */
const ROUND_PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** One call starts nothing new after this long: a function lives 5 minutes, its reads and last batch included. */
const BUDGET_MS = 3 * 60_000;

/**
 * AWS takes no two grants to one principal at once (G-L1), and two databases of one account are shared with the same
 * consumers: one batch at a time per granting account and Region. Longer than one call with its retries.
 */
const GRANTS_LEASE_MS = 2 * 60_000;

interface Doing {
  readonly ctx: WalkContext;
  readonly pace: Pace;
  readonly earlier: ReadonlyMap<string, Entry>;
}

/** @throws MoreToDo when the time of one call is over: what is done shows at the next look, the rest is done then. */
export async function act(ctx: WalkContext, actions: readonly Action[], entries: readonly Entry[]): Promise<Acted> {
  const pace = createPace({ perSecond: ctx.policy.limits.writesPerSecond, now: ctx.now, sleep: ctx.sleep });
  const doing: Doing = { ctx, pace, earlier: new Map(entries.map((entry) => [entry.id, entry])) };
  const results: (LakeError | null)[] = [];
  const tried = (action: Action) => doing.earlier.get(entryId(action))?.execution === ctx.execution;
  const stopAt = ctx.now() + BUDGET_MS;
  let again = false;
  // What AWS refused this run already comes last, or it could use up every call before the rest has had its turn.
  for (const group of [...inOrder(actions.filter((a) => !tried(a))), ...inOrder(actions.filter(tried))]) {
    const first = group[0];
    if (first === undefined) continue;
    if (ctx.now() >= stopAt) {
      if (tried(first)) break;
      throw new LakeError('MoreToDo', { message: `${results.length} of ${actions.length} write(s) done in this call` });
    }
    const outcome = isPermission(first)
      ? await permissions(doing, group.filter(isPermission))
      : [await single(doing, first)];
    results.push(...outcome);
    again ||= !tried(first) && outcome.some((result) => isLakeError(result, 'LeaseHeld'));
  }
  if (again) throw new LakeError('MoreToDo', { message: 'another run is writing here: once more in line' });
  const done = results.filter((result) => result === null).length;
  return { done, failed: distinct(actions).length - done };
}

function distinct(actions: readonly Action[]): readonly Action[] {
  return [...new Map(actions.map((action) => [entryId(action), action])).values()];
}

function isPermission(action: Action): action is Permission {
  return action.kind === 'grant' || action.kind === 'revoke';
}

/**
 * Everything that is not a grant one by one and first; then revokes, then grants, in batches of one account, Region and
 * hop. Altering a database comes last: the right to do so may be among the grants.
 */
function inOrder(actions: readonly Action[]): readonly (readonly Action[])[] {
  const all = distinct(actions);
  const others = all.filter((action) => !isPermission(action));
  const isLast = (action: Action) => action.kind === 'close-table-defaults';
  const singles = others.filter((action) => !isLast(action)).map((action) => [action]);
  const batches = (kind: Permission['kind']) => {
    const groups = Map.groupBy(
      all.filter((a) => a.kind === kind),
      (a) => `${a.account}/${a.region}/${a.hop}`,
    );
    return [...groups.values()].flatMap((group) => chunks(group, BATCH));
  };
  return [...singles, ...batches('revoke'), ...batches('grant'), ...others.filter(isLast).map((action) => [action])];
}

async function single(doing: Doing, action: Exclude<Action, Permission>): Promise<LakeError | null> {
  const { ctx, pace, earlier } = doing;
  const intent = intentOf(
    action,
    { policy: ctx.policy.hash, execution: ctx.execution, at: ctx.now() },
    earlier.get(entryId(action)),
  );
  await pace.turn(`${action.account}/${action.region}`);
  const kept = { entry: intent };
  try {
    await ctx.ledger.put([intent]);
    await write(ctx, action, kept);
  } catch (error) {
    return ended(doing, action, kept.entry, error);
  }
  return ended(doing, action, kept.entry, null);
}

/** `kept.entry` gains the text of a document before it is overwritten. */
async function write(ctx: WalkContext, action: Exclude<Action, Permission>, kept: { entry: Entry }): Promise<void> {
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
      return closeTableDefaults(clients, action.account, action.database);
    case 'create-tag':
      return createTag(clients, action.account, action.tag);
    case 'extend-tag':
      return extendTag(clients, action.account, action.tag);
    case 'assign-tags':
      return assignTags(clients, action.account, action);
    case 'register-location':
      return registerLocation(clients, action.account, action);
    default:
      return document(ctx, action, kept);
  }
}

async function document(ctx: WalkContext, action: DocumentAction, kept: { entry: Entry }): Promise<void> {
  await writeDocument(ctx, action, actor(ctx, action), async (before) => {
    kept.entry = { ...kept.entry, inverse: kept.entry.inverse ?? before };
    await ctx.ledger.put([kept.entry]);
  });
}

/** Writes the outcome to the ledger and says it; anything but a LakeError is our own fault and thrown on. */
async function ended(
  { ctx, earlier }: Doing,
  action: Action,
  intent: Entry,
  error: unknown,
): Promise<LakeError | null> {
  if (error !== null && !(error instanceof LakeError)) throw error;
  // The thing appeared between looking and writing: the next look tells whether it is as wanted.
  const failure = isLakeError(error, 'AlreadyExists', 'NothingToRevoke') ? null : (error as LakeError | null);
  // Found there after our own repeated call, it may as well be what the first one made.
  const found = isLakeError(error, 'AlreadyExists') && !wasRepeated(error);
  const outcome = { at: ctx.now(), trouble: failure === null ? null : toTrouble(failure), found };
  await ctx.ledger.put([settled(action, intent, outcome, earlier.get(entryId(action)))]);
  const said = {
    account: action.account,
    region: action.region,
    hop: action.hop,
    action: action.kind,
    text: actionText(action),
    products: action.products,
  };
  ctx.tell(failure === null ? { kind: 'wrote', ...said } : { kind: 'refused', ...said, code: failure.code });
  return failure;
}

/** A batch of grants or revokes; only entries that AWS refuses for the moment are sent again (G-L10). */
async function permissions(doing: Doing, batch: readonly Permission[]): Promise<readonly (LakeError | null)[]> {
  const { ctx, earlier } = doing;
  const run = { policy: ctx.policy.hash, execution: ctx.execution, at: ctx.now() };
  const intents = new Map(batch.map((action) => [action, intentOf(action, run, earlier.get(entryId(action)))]));
  await ctx.ledger.put([...intents.values()]);
  const outcome = new Map<Permission, LakeError | null>();
  let open = batch;
  for (const pause of [0, ...ROUND_PAUSES_MS]) {
    if (pause > 0) await ctx.sleep(pause);
    const results = await sendBatch(doing, open);
    for (const [i, action] of open.entries()) outcome.set(action, results[i] ?? null);
    open = open.filter((action) => isPassing(outcome.get(action) ?? null));
    if (open.length === 0) break;
  }
  const ends = batch.map((action) =>
    ended(doing, action, intents.get(action) ?? intentOf(action, run, undefined), outcome.get(action) ?? null),
  );
  return Promise.all(ends);
}

/** Transient trouble, and what a share accepted or a role made moments ago still looks like (G-L4, G-L16). */
function isPassing(error: LakeError | null): boolean {
  return isLakeError(error, 'Transient', 'NotVisible', 'PrincipalUnknown');
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
