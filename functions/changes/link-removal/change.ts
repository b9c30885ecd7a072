/** A Glue resource link of ours that nobody wants any longer, and is taken away. */

import type { LinkTarget } from '#contracts/lake-formation.ts';
import type { Change, ChangeKind } from '#core/change.ts';
import { linkEntry, targetText } from '../link/change.ts';

export interface DeleteLink extends Change {
  readonly kind: 'delete-link';
  readonly name: string;
  /** Where it points, by what we sent: a link that points elsewhere is somebody else's. */
  readonly target: LinkTarget;
  /** Ours is not there any more: nothing is deleted, and its entry ends. */
  readonly gone: boolean;
}

export function isDeleteLink(change: Change): change is DeleteLink {
  return change.kind === 'delete-link';
}

/** Before links are made: what it made way for may have its name. */
const EARLY = 3;

export const deleteLinkChange: ChangeKind<DeleteLink> = {
  kind: 'delete-link',
  operation: 'remove',
  subject: ({ account, name }) => `link ${account}/${name}`,
  text: ({ account, name, target, gone }) =>
    gone
      ? `forget link ${account}/${name} to ${targetText(target)}: it is gone`
      : `delete link ${account}/${name} to ${targetText(target)}`,
  ends: () => true,
  phase: () => EARLY,
  touches: ({ name, account }, product) => product.link === name && product.audience.includes(account),
  record: linkEntry,
  remedies: ({ account, name }) => ({
    AccessDenied: `Deploy the member role stack of this version in ${account}: our operator needs glue:DeleteDatabase for links it made, and DROP on ${name}.`,
  }),
};
