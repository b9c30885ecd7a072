/** A Glue resource link that is made. */

import type { LinkTarget } from '#contracts/lake-formation.ts';
import type { Change, ChangeKind } from '#core/change.ts';

export interface CreateLink extends Change {
  readonly kind: 'create-link';
  readonly name: string;
  readonly target: LinkTarget;
}

export function isCreateLink(change: Change): change is CreateLink {
  return change.kind === 'create-link';
}

function targetText({ catalog, database, region }: LinkTarget): string {
  return `${catalog}/${database} in ${region}`;
}

export const linkChange: ChangeKind<CreateLink> = {
  kind: 'create-link',
  subject: ({ account, name }) => `link ${account}/${name}`,
  text: ({ account, name, target }) => `create link ${account}/${name} to ${targetText(target)}`,
  record: ({ account, name, target }) => ({
    kind: 'link',
    target: `database ${account}/${name}`,
    principal: null,
    sent: target,
    before: { link: 'absent' },
    inverse: null,
  }),
};
