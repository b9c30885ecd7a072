/** IAM policy documents as AWS accepts them: one statement or many, text or list, members we have never heard of. */

import { remembered } from '../remembered.ts';

export type Members = Readonly<Record<string, unknown>>;

export interface PolicyDocument {
  /** `2012-10-17` or `2008-10-17`; null when the document names none, which AWS reads as the older one. */
  readonly version: string | null;
  /** As written: nothing renamed, nothing dropped. */
  readonly statements: readonly Members[];
  /** The whole document as written, `Statement` included, so that it can be written back. */
  readonly members: Members;
}

export type Parsed =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly why: string };

/** Documents of at most 20 KB: a few megabytes at worst. */
const DOCUMENTS = 256;

/**
 * Never throws and never repairs: a document we can't read is somebody's document all the same (G-B2). The same text is
 * parsed once: thousands of requests are asked of it.
 */
export const parseDocument: (text: string) => Parsed = remembered(DOCUMENTS, parsed);

function parsed(text: string): Parsed {
  const read = readJson(text);
  if (!read.ok) return read;
  if (!isMembers(read.value)) return no('it is not a JSON object');
  const members = read.value;
  const statements = asList(members['Statement']);
  if (members['Statement'] === undefined) return no('it has no Statement');
  if (!statements.every(isMembers)) return no('a Statement in it is not an object');
  const version = members['Version'];
  if (version !== undefined && typeof version !== 'string') return no('its Version is not text');
  return { ok: true, document: { version: version ?? null, statements, members } };
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One thing or a list of things: a list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** String-or-list members as text (AWS takes numbers and booleans for text too); null when it is neither. */
export function asTexts(value: unknown): readonly string[] | null {
  const list = asList(value);
  return list.every(isScalar) ? list.map(String) : null;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function readJson(text: string): { ok: true; value: unknown } | { ok: false; why: string } {
  let lossy = false;
  try {
    const value: unknown = JSON.parse(text, (_key, member: unknown) => {
      // Above 2^53 a number would come back as another number: better refused than silently changed.
      if (typeof member === 'number' && Math.abs(member) > Number.MAX_SAFE_INTEGER) lossy = true;
      return member;
    });
    return lossy ? no('a number in it is too large to be kept exactly') : { ok: true, value };
  } catch (error) {
    return no(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function no(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
