/** A Glue resource link that is made. */

import type { LinkTarget } from '#contracts/lake-formation.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import type { EntryRecord } from '#core/ownership.ts';

export interface CreateLink extends Change {
  readonly kind: 'create-link';
  readonly name: string;
  readonly target: LinkTarget;
}

export function isCreateLink(change: Change): change is CreateLink {
  return change.kind === 'create-link';
}

/** @returns what the ledger and plans call a link. */
export function targetText({ catalog, database, region }: LinkTarget): string {
  return `${catalog}/${database} in ${region}`;
}

/** What the ledger keeps of a link, made or taken away. */
export function linkEntry({ account, name, target }: Pick<CreateLink, 'account' | 'name' | 'target'>): EntryRecord {
  return {
    kind: 'link',
    target: `database ${account}/${name}`,
    principal: null,
    sent: target,
    before: { link: 'absent' },
    inverse: null,
  };
}

export const linkChange: ChangeKind<CreateLink> = {
  kind: 'create-link',
  subject: ({ account, name }) => `link ${account}/${name}`,
  text: ({ account, name, target }) => `create link ${account}/${name} to ${targetText(target)}`,
  record: linkEntry,
};
