/** Accounts and scopes as people know them. */

import type { Paint } from '../terminal.ts';

/** Account ids and their names in the policy. */
export type Names = ReadonlyMap<string, string>;

export function accountKnown(id: string, names: Names): string {
  const name = names.get(id);
  return name === undefined ? id : `${id} ${name}`;
}

/** `publish 111111111111 finance-lake ap-northeast-1 cur_org` */
export function scopeTitle(scope: string, { names, paint }: { readonly names: Names; readonly paint: Paint }): string {
  return paint(
    'bold',
    scope.replace(/\b\d{12}\b/, (id) => accountKnown(id, names)),
  );
}
