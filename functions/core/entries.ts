/** Ledger entries for actions: the intent before a write, and what a later run makes of them. */

import { createHash } from 'node:crypto';
import type { Entry } from '../contracts/ledger.ts';
import type { TagValues } from '../contracts/policy.ts';
import type { Action, AssignTags } from './actions.ts';
import { linkTargetText, taggedText } from './describe.ts';
import type { Tags } from './facts.ts';
import { sentText } from './grants.ts';
import { resourceText, type Trouble } from './lake.ts';

export interface Run {
  readonly policy: string;
  readonly execution: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

type Subject = Pick<Entry, 'kind' | 'target' | 'principal' | 'sent' | 'before' | 'inverse'>;

/**
 * How long after a write AWS may take to show it. For as long it is believed, so as not to be written again; after that
 * what AWS shows counts: a table may have been dropped and made anew.
 */
export const VISIBLE_WITHIN_MS = 20_000;

export function entryId(action: Action): string {
  const { kind, target, principal } = subject(action);
  return createHash('sha256')
    .update(JSON.stringify([kind, action.account, action.region, target, principal]))
    .digest('hex')
    .slice(0, 32);
}

/** The intent of an action. What an earlier entry knows of `before` is kept: our own write must not look like theirs. */
export function intentOf(action: Action, run: Run, earlier: Entry | undefined): Entry {
  // Taking back or putting back ends an entry of ours; until AWS has taken it, what was granted stays on record.
  if (endsEntry(action) && earlier !== undefined) return { ...earlier, execution: run.execution, error: null };
  const about = subject(action);
  // What was refused never stood: what is there now is somebody else's.
  const standing = earlier !== undefined && mayStand(earlier) ? earlier : undefined;
  return {
    id: entryId(action),
    account: action.account,
    region: action.region,
    products: [...new Set([...(earlier?.products ?? []), ...action.products])].sort(),
    state: 'intent',
    error: null,
    policy: run.policy,
    execution: run.execution,
    at: run.at,
    ...about,
    ...(standing === undefined ? {} : withEarlier(about, standing)),
  };
}

/** What was written before and what is written now, as one: tags are put on one after another. */
function withEarlier(about: Subject, standing: Entry): Pick<Subject, 'sent' | 'before' | 'inverse'> {
  return {
    sent: sentTogether(about, standing.sent),
    before: { ...about.before, ...standing.before },
    inverse: standing.inverse ?? about.inverse,
  };
}

function sentTogether({ kind, sent }: Subject, earlier: string): string {
  if (kind === 'assignment') return JSON.stringify(sortedTags({ ...JSON.parse(earlier), ...JSON.parse(sent) }));
  if (kind !== 'tag') return sent;
  const [now, then] = [JSON.parse(sent), JSON.parse(earlier)] as [TagValues, TagValues];
  return JSON.stringify({ key: now.key, values: [...new Set([...then.values, ...now.values])].sort() });
}

function sortedTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function isWithdrawal(action: Action): boolean {
  return action.kind === 'revoke' && action.reason === 'withdrawal';
}

/** Undoes what an entry of ours is about: a grant is taken back, or what was revoked is put back (law 3). */
export function endsEntry(action: Action): boolean {
  if (action.kind === 'grant') return !!action.restores;
  if (action.kind === 'merge-settings') return action.reopens !== undefined;
  return isWithdrawal(action) || action.kind === 'reopen-table-defaults';
}

export interface Outcome {
  readonly at: number;
  /** Null when AWS took it. */
  readonly trouble: Trouble | null;
  /** Somebody else made it between our look and our write. */
  readonly found?: boolean;
  /** Of an assignment that was refused in part: the tags AWS took. */
  readonly took?: Tags;
}

/** The entry after its write. `earlier`: what the ledger had before; a refusal does not undo it. */
export function settled(action: Action, entry: Entry, outcome: Outcome, earlier: Entry | undefined): Entry {
  const { at, trouble } = outcome;
  const stands = earlier !== undefined && mayStand(earlier);
  if (endsEntry(action) && trouble === null) return { ...entry, state: 'withdrawn', at };
  if (trouble === null) {
    const before = outcome.found && !stands ? allTheirs(entry.before) : entry.before;
    return { ...entry, before, state: 'confirmed', error: null, at };
  }
  const error = { code: trouble.code, message: trouble.message, aws: trouble.aws ?? null };
  if (endsEntry(action)) return { ...entry, error, at };
  if (outcome.took !== undefined)
    return { ...entry, state: 'confirmed', sent: JSON.stringify(outcome.took), error, at };
  if (!stands || UNSURE.includes(trouble.code)) return { ...entry, state: 'failed', error, at };
  return {
    ...earlier,
    state: earlier.state === 'failed' ? 'intent' : earlier.state,
    error,
    execution: entry.execution,
  };
}

function allTheirs(before: Entry['before']): Entry['before'] {
  return Object.fromEntries(Object.keys(before).map((part) => [part, 'theirs' as const]));
}

/** Codes of a failure after which the write may have happened all the same: the answer was lost, not a refusal. */
const UNSURE = ['Transient', 'Unexpected'];

/**
 * Whether what an entry is about may stand in AWS by our doing. A run that was cut never confirmed its intents: if the
 * thing is there, it is ours, or it could never be withdrawn (law 4).
 */
export function mayStand(entry: Entry): boolean {
  if (entry.state === 'failed') return UNSURE.includes(entry.error?.code ?? '');
  return entry.state === 'confirmed' || entry.state === 'intent';
}

/** Confirmed entries young enough to be laid over facts. */
export function recentOf(entries: readonly Entry[], now: number): readonly Entry[] {
  return entries.filter(
    ({ state, error, at }) => state === 'confirmed' && error === null && now - at < VISIBLE_WITHIN_MS,
  );
}

/** The entry an action would be, when the ledger has it. */
export function entryFor(action: Action, entries: readonly Entry[]): Entry | undefined {
  const id = entryId(action);
  return entries.find((entry) => entry.id === id);
}

function subject(action: Action): Subject {
  switch (action.kind) {
    case 'grant':
    case 'revoke':
      return grantSubject(action);
    case 'create-link':
      return created('link', action, action.name, linkTargetText(action.target));
    case 'create-database':
      return created('database', action, action.name, action.name);
    case 'accept-invitation':
      return {
        kind: 'acceptance',
        target: action.shareArn,
        principal: action.sender,
        sent: action.invitationArn,
        before: { share: 'absent' },
        inverse: null,
      };
    case 'close-table-defaults':
    case 'reopen-table-defaults': {
      const target = `database ${action.account}/${action.database}`;
      const before = { defaults: 'theirs' as const };
      // The inverse is what is found when it is written.
      return { kind: 'table-defaults', target, principal: null, sent: '[]', before, inverse: null };
    }
    case 'create-tag':
    case 'extend-tag':
      return tagSubject(action);
    case 'assign-tags':
      return assignedSubject(action);
    case 'register-location': {
      const { arn, roleArn, hybrid } = action;
      const sent = JSON.stringify({ arn, roleArn, hybrid });
      const before = { registration: 'absent' as const };
      return { kind: 'location', target: `location ${arn}`, principal: null, sent, before, inverse: null };
    }
    default:
      return documentSubject(action);
  }
}

/** A key that is extended keeps the entry of its making: the values are the parts. */
function tagSubject({ kind, account, tag }: Extract<Action, { kind: 'create-tag' | 'extend-tag' }>): Subject {
  const before = Object.fromEntries(tag.values.map((value) => [value, 'absent' as const]));
  const own = kind === 'create-tag' ? { key: 'absent' as const } : {};
  return {
    kind: 'tag',
    target: `LF-Tag ${tag.key} of ${account}`,
    principal: null,
    sent: JSON.stringify(tag),
    before: { ...own, ...before },
    inverse: null,
  };
}

/** Putting back the values that were there undoes it; a key that had none is taken off. */
function assignedSubject(action: AssignTags): Subject {
  const { tags, had } = action;
  const before = Object.keys(tags).map((key) => [key, had[key] === undefined ? 'absent' : 'theirs'] as const);
  return {
    kind: 'assignment',
    target: taggedText(action),
    principal: null,
    sent: JSON.stringify(sortedTags(tags)),
    before: Object.fromEntries(before),
    inverse: Object.keys(had).length === 0 ? null : JSON.stringify(had),
  };
}

function grantSubject(action: Extract<Action, { kind: 'grant' | 'revoke' }>): Subject {
  const { grant } = action;
  const theirs = (p: string) => action.kind === 'revoke' || action.had.includes(p) || action.had.includes('ALL');
  const sent = sentText(grant);
  return {
    kind: kindOf(action),
    target: resourceText(grant.resource),
    principal: grant.principal,
    sent,
    before: Object.fromEntries(grant.permissions.map((p) => [p, theirs(p) ? 'theirs' : 'absent'])),
    // Granting the same again puts back what was revoked.
    inverse: action.kind === 'revoke' ? sent : null,
  };
}

/** What undoes a grant or a revocation is about the same entry. */
function kindOf(action: Extract<Action, { kind: 'grant' | 'revoke' }>): 'grant' | 'revoke' {
  if (!endsEntry(action)) return action.kind;
  return action.kind === 'grant' ? 'revoke' : 'grant';
}

function created(kind: 'link' | 'database', action: Action, name: string, sent: string): Subject {
  return {
    kind,
    target: `database ${action.account}/${name}`,
    principal: null,
    sent,
    before: { [kind]: 'absent' },
    inverse: null,
  };
}

type DocumentAction = Extract<Action, { kind: `merge-${string}` }>;

function documentSubject(action: DocumentAction): Subject {
  const absent = (names: readonly string[]): Entry['before'] =>
    Object.fromEntries(names.map((name) => [name, 'absent']));
  if (action.kind === 'merge-settings') {
    const { addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults } = action;
    // Closing is an entry of its own: its inverse is the document of then, not the one we first wrote into.
    if (closeDefaults || action.reopens !== undefined) {
      const target = defaultsTarget(action.account);
      return {
        kind: 'table-defaults',
        target,
        principal: null,
        sent: '[]',
        before: { defaults: 'theirs' },
        inverse: null,
      };
    }
    const sent = JSON.stringify({ admins: addAdmins, readOnlyAdmins: addReadOnlyAdmins, version: raiseVersionTo });
    const before = absent([...addAdmins, ...addReadOnlyAdmins]);
    return { kind: 'admins', target: `settings ${action.account}`, principal: null, sent, before, inverse: null };
  }
  const before = absent(action.statements.map((s) => s.Sid));
  return {
    kind: 'statements',
    target: documentTarget(action),
    principal: null,
    sent: JSON.stringify(action.statements),
    before,
    inverse: null,
  };
}

/** What an entry about the defaults of new databases and tables of a catalog is about. */
export function defaultsTarget(account: string): string {
  return `default permissions of ${account}`;
}

function documentTarget(action: Exclude<DocumentAction, { kind: 'merge-settings' }>): string {
  switch (action.kind) {
    case 'merge-bucket-policy':
      return `bucket ${action.bucket}`;
    case 'merge-key-policy':
      return `key ${action.key}`;
    case 'merge-catalog-policy':
      return `catalog policy ${action.account}`;
  }
}
