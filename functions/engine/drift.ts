/** What is still due after writing, as findings: with AWS's own error where the ledger has it. */

import type { Finding } from '#contracts/findings.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Halt } from '#contracts/ledger-places.ts';
import type { Change, RemedyOf, Undone } from '#core/change.ts';
import { DENIED, denialRemedy } from '#core/denials.ts';
import { finding, listed } from '#core/findings.ts';
import { idOf, isUnseen, isYoung } from '#core/ownership.ts';
import { gatesOf } from './apply.ts';
import { kindOf } from './change-writer.ts';
import type { RunContext } from './context.ts';
import { entryIdOf, recorded } from './write-ahead.ts';

type Context = Pick<RunContext, 'changes'>;

/** The entry a change would be, when the ledger has it. */
export function entryFor(ctx: Context, change: Change, entries: readonly Entry[]): Entry | undefined {
  const id = entryIdOf(ctx, change);
  return entries.find((entry) => entry.id === id);
}

/** Changes that were written moments ago and are just not visible yet: look again before judging. `now` in milliseconds. */
export function notYetVisible(
  ctx: Pick<RunContext, 'changes' | 'policy'>,
  changes: readonly Change[],
  entries: readonly Entry[],
  now: number,
): readonly Change[] {
  const young = new Map(entries.filter((entry) => isYoung(entry, now)).map((entry) => [entry.id, entry]));
  return changes.filter((change) => {
    const kind = kindOf(ctx.changes, change);
    const written = young.get(idOf(recorded(kind, change)));
    if (written === undefined) return false;
    // When something else is due than was sent, somebody wants something new.
    return kind.isWritten?.(change, written, ctx.policy) ?? true;
  });
}

/** Findings for changes that should have been made: one each, so that each is reported and recovers by itself. */
export function driftFindings(ctx: Context, changes: readonly Change[], entries: readonly Entry[]): readonly Finding[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const remedy: RemedyOf = (change, code) => remedyFor(ctx, change, code);
  const undone = withoutHeldBack(ctx, changes).map((change): Undone => {
    return { change, error: byId.get(entryIdOf(ctx, change))?.error ?? null };
  });
  const kinds = [...Map.groupBy(undone, ({ change }) => change.kind).values()];
  return kinds.flatMap((ofKind) => {
    const collapse = ofKind[0] === undefined ? undefined : kindOf(ctx.changes, ofKind[0].change).collapse;
    if (collapse === undefined) return ofKind.flatMap((one) => driftOf(ctx, one, remedy));
    const { single, findings } = collapse(ofKind, remedy);
    const alone = ofKind.filter(({ change }) => single.includes(change));
    return [...alone.flatMap((one) => driftOf(ctx, one, remedy)), ...findings];
  });
}

/** What waits for another change of these is that one's finding. */
export function withoutHeldBack(ctx: Context, changes: readonly Change[]): readonly Change[] {
  const gates = gatesOf(ctx, changes);
  return changes.flatMap((change) => {
    const gate = gates.get(change.kind);
    return gate === undefined ? [change] : (gate.ready(change) ?? []);
  });
}

/** The products that want it; null for what no product wants: tags and account-wide settings are the policy's own. */
function wantedBy(change: Change): readonly (string | null)[] {
  return change.products.length === 0 ? [null] : change.products;
}

function driftOf(ctx: Context, { change, error }: Undone, remedy: RemedyOf): readonly Finding[] {
  const kind = kindOf(ctx.changes, change);
  const { hop, account, region } = change;
  return wantedBy(change).map((product) =>
    finding({
      hop,
      state: 'broken',
      cause: causeOf(change, error === null || isUnseen({ error }) ? null : error.code),
      account,
      region,
      product,
      principal: kind.principal?.(change) ?? null,
      resource: kind.subject(change),
      message: error?.message ?? `could not ${kind.text(change)}: it was not attempted`,
      remedy: remedy(change, error?.code ?? null),
      aws: error?.aws ?? null,
    }),
  );
}

function causeOf({ kind }: Change, code: string | null): string {
  if (code === null) return `${kind}-missing`;
  return DENIED[code] ?? `${kind}-failed`;
}

/** In report mode a run writes nothing; what it would do is one finding per product and hop, with the way to do it. */
export function reportOnlyFindings(ctx: Context, changes: readonly Change[]): readonly Finding[] {
  return heldBackFindings(ctx, changes, {
    cause: 'report-mode',
    why: 'report mode',
    remedy:
      'See it all with `onramp plan`. To let it be done, write mode: enforce for the policy, the product or the account that is held back.',
  });
}

/** While somebody has halted the hub nothing is written, and what would be is told in the same way. */
export function haltedFindings(ctx: Context, changes: readonly Change[], { by, why }: Halt): readonly Finding[] {
  return heldBackFindings(ctx, changes, {
    cause: 'hub-halted',
    why: `halted by ${by} (${why})`,
    remedy: 'Let runs write again with `onramp resume`; what is due then is done by the next run.',
  });
}

interface HeldBack {
  readonly cause: 'report-mode' | 'hub-halted';
  readonly why: string;
  readonly remedy: string;
}

function heldBackFindings(
  ctx: Context,
  changes: readonly Change[],
  { cause, why, remedy }: HeldBack,
): readonly Finding[] {
  const groups = Map.groupBy(
    changes.flatMap((change) => wantedBy(change).map((product) => ({ product, change }))),
    ({ product, change }) => JSON.stringify([product, change.hop, change.account, change.region]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { change, product } = first;
    const { hop, account, region } = change;
    const texts = group.map((one) => kindOf(ctx.changes, one.change).text(one.change));
    const resource = product === null ? `${hop} of ${account}` : `${hop} of ${product} in ${account}`;
    const message = `${why}: would ${listed(texts, 3)}`;
    return [finding({ hop, state: 'broken', cause, account, region, product, resource, message, remedy })];
  });
}

function remedyFor(ctx: Context, change: Change, code: string | null): string {
  const kind = kindOf(ctx.changes, change);
  const own: Readonly<Record<string, string | undefined>> = kind.remedies?.(change) ?? {};
  const known = code === null ? undefined : (denialRemedy(code, change.account) ?? own[code] ?? remedies(change)[code]);
  if (known !== undefined) return known;
  if (code === null)
    return 'An earlier hop of the path has to hold first; it has its own finding. The next run goes on from there.';
  return `Read AWS's answer above. Grant by hand to tell whether it is us: ${kind.text(change)}.`;
}

function remedies({ account }: Change): Readonly<Record<string, string>> {
  return {
    AccountNotEntered: `Deploy the member role stack in account ${account}, or correct its trust.`,
    AccessDenied: `Our operator in ${account} lacks a right: compare the member role stack's version, and look for a service control policy.`,
    Transient: 'AWS kept refusing for the moment. Nothing is lost: the next run tries again by itself.',
    PrincipalUnknown:
      'The principal is not known to AWS: it was deleted, or made moments ago. The next run tries again.',
    ExposureInTheWay: 'Revoke IAM_ALLOWED_PRINCIPALS there, or write exposure: revoke for the product.',
    LimitExceeded: 'An AWS quota is reached: ask for more, or take out what is no longer used.',
    EncryptionDenied: "Let the key's policy and the member role use the Data Catalog's key.",
    NotYetVisible: 'AWS took it: the next run looks again, and writes again if it is still not there.',
    Outdated: 'Somebody is changing it just now: nothing was written, and the next run looks at it as it is then.',
    AlreadyExists: 'Something of that name appeared meanwhile; the next run looks at it and says what it is.',
  };
}
