/** What a permission is asked on. */

/** A catalog: an account in a Region. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

/** Names in lower case; without `table` it is the database. */
export interface Target extends Place {
  readonly database: string;
  readonly table?: string | undefined;
}
