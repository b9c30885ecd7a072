/** Things that carry LF-Tags, in words. */

/** A database (`table` null), a table (no columns), or columns of a table. */
export interface TaggedThing {
  readonly account: string;
  readonly database: string;
  readonly table: string | null;
  readonly columns: readonly string[];
}

/** `database 1…/db`, `table 1…/db.t`, `columns a, b of table 1…/db.t`. */
export function taggedText({ account, database, table, columns }: TaggedThing): string {
  if (table === null) return `database ${account}/${database}`;
  const whole = `table ${account}/${database}.${table}`;
  return columns.length === 0 ? whole : `columns ${columns.join(', ')} of ${whole}`;
}
