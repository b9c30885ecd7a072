/** Something in a policy that can't be acted on, told so that a person can mend it. */

export interface PolicyIssue {
  /** Where in the document: keys and list positions. */
  readonly path: readonly (string | number)[];
  /** What is wrong, in a few words: `no such account`. */
  readonly message: string;
  /** What is there, as the person wrote it. */
  readonly found: string;
  /** What to write: `write one of finance-lake, analytics`. */
  readonly instead: string;
  /** `not-yet`: part of the policy's language, but nothing acts on it today; ignoring it would be a lie. */
  readonly code: 'invalid' | 'not-yet';
}

export type PolicyPath = PolicyIssue['path'];

/** What was found at a place of the policy, what is wrong with it, and what to write instead. */
export function invalid(path: PolicyPath, found: unknown, message: string, instead: string): PolicyIssue {
  return { path, found: shown(found), message, instead, code: 'invalid' };
}

/** A key that the policy's language has and this version does not do. */
export function notYet(path: PolicyPath, found: unknown, instead: string): PolicyIssue {
  return { path, found: shown(found), message: 'not yet acted on', instead, code: 'not-yet' };
}

/** A value as a person recognises it in the file: short, on one line. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
