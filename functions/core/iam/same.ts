/** When two statements say the same: key order, list order, repeats and "one or a list of one" mean nothing in IAM. */

import { unique } from '../collections.ts';
import { asList, isMembers } from './document.ts';

/** Whether they say the same, whatever the order of statements, members and list entries. */
export function sameStatements(left: readonly object[], right: readonly object[]): boolean {
  const texts = (statements: readonly object[]) => statements.map(statementText).toSorted().join('\n');
  return texts(left) === texts(right);
}

/** The statement as one text, the same for all that say the same. */
export function statementText(statement: object): string {
  const members = Object.entries(statement).map(([name, value]) => {
    const isPrincipal = name === 'Principal' || name === 'NotPrincipal';
    return [name, canonical(isPrincipal ? principalForm(value) : value)] as const;
  });
  return text(members.filter(([, value]) => value !== undefined));
}

function canonical(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (isMembers(value)) return text(Object.entries(value).map(([name, member]) => [name, canonical(member)]));
  const list = asList(value).map((item) =>
    isMembers(item) || Array.isArray(item) ? canonical(item) : JSON.stringify(String(item)),
  );
  return `[${unique(list).toSorted().join(',')}]`;
}

function text(members: readonly (readonly [string, string | undefined])[]): string {
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${value ?? 'null'}`).join(',')}}`;
}

/** AWS stores `*` and account ids in another form than they were written: `{"AWS":"*"}`, `arn:aws:iam::…:root`. */
function principalForm(value: unknown): unknown {
  if (typeof value === 'string') return { AWS: [value] };
  if (!isMembers(value) || value['AWS'] === undefined) return value;
  return { ...value, AWS: asList(value['AWS']).map(accountForm) };
}

function accountForm(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1] ?? value;
}
