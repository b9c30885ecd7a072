/** What one principal's own policies say of many requests: the verdicts of `evaluateIdentity`, without its reasons. */

import { type Candidate, candidatesIn, usesVariables } from './candidates.ts';
import { parseDocument } from './document.ts';
import type { IdentityQuestion } from './evaluate.ts';
import type { AccessRequest, Verdict } from './request.ts';
import { IDENTITY, saysClaim } from './statement.ts';

export type Identity = Texts & Pick<AccessRequest, 'principal'>;

/** What is asked of one resource always has the same `all` and context: it is judged once. */
export type Verdicts = (request: Omit<AccessRequest, 'principal'>) => Verdict;

/** Holds, does not, or can't be told. */
type Told = boolean | null;

/** Statements of one document that an action may concern, by what they may do; null: it can't be understood. */
interface Concerned {
  readonly Allow: readonly Candidate[];
  readonly Deny: readonly Candidate[];
  readonly variables: boolean;
}

type Documents = readonly (Concerned | null)[];

/** Actions about which the documents have the same statements have the same verdict on the same resource. */
interface Kind {
  readonly own: Documents;
  /** Null: there is none. */
  readonly boundary: Documents | null;
  readonly all: Documents;
  readonly verdicts: Map<string, Verdict>;
}

/** @returns what a role's own policies and boundary say of each request. */
export function identityVerdicts({ principal, ...documents }: Identity): Verdicts {
  const byAction = new Map<string, Kind>();
  const byStatements = new Map<string, Kind>();
  return (request) => {
    const { action, resource, all = resource } = request;
    const kind = byAction.get(action) ?? kindOf(documents, action, byStatements);
    byAction.set(action, kind);
    const known = kind.verdicts.get(all);
    if (known !== undefined) return known;
    const verdict = verdictOf(kind, { ...request, principal });
    kind.verdicts.set(all, verdict);
    return verdict;
  };
}

type Texts = Pick<IdentityQuestion, 'policies' | 'boundary'>;

function kindOf({ policies, boundary }: Texts, action: string, known: Map<string, Kind>): Kind {
  // Policies that could not be read may say anything, as one that can't be understood.
  const own = policies?.map((text) => concernedIn(text, action)) ?? [null];
  const limit = boundary === null ? null : [concernedIn(boundary, action)];
  const name = JSON.stringify([own.map(nameOf), limit?.map(nameOf)]);
  const kind = known.get(name) ?? { own, boundary: limit, all: [...own, ...(limit ?? [])], verdicts: new Map() };
  known.set(name, kind);
  return kind;
}

function concernedIn(text: string | undefined, action: string): Concerned | null {
  const parsed = text === undefined ? null : parseDocument(text);
  if (!parsed?.ok) return null;
  const candidates = candidatesIn(parsed.document, action);
  const may = (effect: 'Allow' | 'Deny') => candidates.filter(({ statement }) => mayBe(effect, statement['Effect']));
  return { Allow: may('Allow'), Deny: may('Deny'), variables: usesVariables(parsed.document) };
}

function mayBe(effect: 'Allow' | 'Deny', found: unknown): boolean {
  return found === effect || (found !== 'Allow' && found !== 'Deny');
}

function nameOf(concerned: Concerned | null): unknown {
  return concerned && [...concerned.Allow, ...concerned.Deny].map(({ index, action }) => [index, action.holds]);
}

/** As `evaluateIdentity` judges: what is untold counts only where it could change the answer. */
function verdictOf({ own, boundary, all }: Kind, request: AccessRequest): Verdict {
  const denied = anySays(all, 'Deny', request);
  if (denied === true) return 'denied';
  const allowed = anySays(own, 'Allow', request);
  if (allowed === false) return 'denied';
  const within = boundary === null ? true : anySays(boundary, 'Allow', request);
  if (within === false) return 'denied';
  return denied === null || allowed === null || within === null ? 'unknown' : 'allowed';
}

function anySays(documents: Documents, effect: 'Allow' | 'Deny', request: AccessRequest): Told {
  let told: Told = false;
  for (const document of documents) {
    const said = document === null ? null : says(document, effect, request);
    if (said === true) return true;
    if (said === null) told = null;
  }
  return told;
}

function says(document: Concerned, effect: 'Allow' | 'Deny', request: AccessRequest): Told {
  const candidates = document[effect];
  if (candidates.length === 0) return false;
  const { variables } = document;
  const saying = { source: IDENTITY, reading: { request, variables }, effect, reach: 'direct' as const };
  let told: Told = false;
  for (const candidate of candidates) {
    const { holds } = saysClaim(candidate, saying);
    if (holds === true) return true;
    if (holds === null) told = null;
  }
  return told;
}

/** Whether who asks could make a difference to what a document says: by a condition on it, or a variable. */
export function asksWho(text: string): boolean {
  const parsed = parseDocument(text);
  // Not in the text itself: there a name may be written with escapes.
  return parsed.ok && /"Condition"|\$\{/.test(JSON.stringify(parsed.document.members));
}
