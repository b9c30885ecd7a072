/** A key of LF-Tags that is made, or values added to one. */

import type { TagValues } from '#contracts/lake-formation.ts';
import type { EntryIdentity } from '#contracts/ledger.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { sortedSet } from '#core/collections.ts';
import type { EntryRecord } from '#core/ownership.ts';

export interface CreateTag extends Change {
  readonly kind: 'create-tag';
  readonly tag: TagValues;
}

/** Values beside those a key has. */
export interface ExtendTag extends Change {
  readonly kind: 'extend-tag';
  readonly tag: TagValues;
}

export type TagKeyChange = CreateTag | ExtendTag;

export function isTagKey(change: Change): change is TagKeyChange {
  return change.kind === 'create-tag' || change.kind === 'extend-tag';
}

/** Nothing can be tagged without its key. */
const FIRST = 0;

function targetOf(account: string, key: string): string {
  return `LF-Tag ${key} of ${account}`;
}

/** The entry about one key of a catalog: every run that assigns it reads it. */
export function tagKeyEntry(
  { account, region }: Pick<EntryIdentity, 'account' | 'region'>,
  key: string,
): EntryIdentity {
  return { kind: 'tag', account, region, target: targetOf(account, key), principal: null };
}

function subjectOf({ account, tag }: TagKeyChange): string {
  return targetOf(account, tag.key);
}

/** A key that is extended keeps the entry of its making: the values are the parts. */
function recordOf(change: TagKeyChange): EntryRecord {
  const { kind, tag } = change;
  const values = Object.fromEntries(tag.values.map((value) => [value, 'absent' as const]));
  const own = kind === 'create-tag' ? { key: 'absent' as const } : {};
  const target = subjectOf(change);
  return {
    kind: 'tag',
    target,
    principal: null,
    sent: tag,
    before: { ...own, ...values },
    inverse: null,
    shared: true,
  };
}

const common: Pick<ChangeKind<TagKeyChange>, 'subject' | 'phase' | 'record' | 'join' | 'remedies'> = {
  subject: subjectOf,
  phase: () => FIRST,
  record: recordOf,
  join: (record, { kind, sent }) => {
    if (record.kind !== 'tag' || kind !== 'tag') return record;
    const values = sortedSet([...sent.values, ...record.sent.values]);
    return { ...record, sent: { key: record.sent.key, values } };
  },
  remedies: ({ account }) => tagRemedies(account),
};

export const createTagChange: ChangeKind<CreateTag> = {
  kind: 'create-tag',
  ...common,
  text: (change) => `create ${subjectOf(change)} with ${change.tag.values.join(', ')}`,
};

export const extendTagChange: ChangeKind<ExtendTag> = {
  kind: 'extend-tag',
  ...common,
  text: (change) => `add ${change.tag.values.join(', ')} to ${subjectOf(change)}`,
};

/** Where LF-Tags ask for something else than other writes. */
export function tagRemedies(account: string): ReturnType<NonNullable<ChangeKind['remedies']>> {
  return {
    AccessDenied: `Let whoever administers the LF-Tag grant our operator in ${account} ASSOCIATE and DESCRIBE on it; if that is done, compare the member role stack's version.`,
    LimitExceeded:
      'A database, table or column carries at most 50 LF-Tags, a key has at most 1,000 values, a catalog about 1,000 keys: take off what is no longer used, or narrow the rule.',
    Missing:
      'The thing, the LF-Tag or its value went away between looking and writing. Nothing to do: the next run looks again and makes what the policy names.',
  };
}
