/** Policy documents as IAM reads them: text → statements. What IAM would refuse at writing throws `MalformedPolicy`. */

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** `{AWS: [...], Service: [...]}`; `*` alone becomes `{'*': ['*']}`. */
export type Principals = Readonly<Record<string, readonly string[]>>;

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly principals?: Principals;
  readonly notPrincipals?: Principals;
  readonly conditions: readonly Condition[];
  /** Whether `${…}` in it are variables: in a document of 2008-10-17, or of no version, they are text. */
  readonly variables: boolean;
}

export class MalformedPolicy extends Error {}

const ELEMENTS = new Set(
  'Sid Effect Action NotAction Resource NotResource Principal NotPrincipal Condition'.split(' '),
);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function texts(value: unknown, what: string): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'boolean' || typeof item === 'number') return String(item);
    throw new MalformedPolicy(`${what} must be a text or a list of texts`);
  });
}

function readPrincipals(value: unknown): Principals {
  if (value === '*') return { '*': ['*'] };
  if (!isRecord(value)) throw new MalformedPolicy('Principal must be "*" or an object');
  return Object.fromEntries(Object.entries(value).map(([type, names]) => [type, texts(names, 'Principal')]));
}

function readConditions(value: unknown): readonly Condition[] {
  if (value === undefined) return [];
  if (!isRecord(value)) throw new MalformedPolicy('Condition must be an object');
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!isRecord(keys)) throw new MalformedPolicy(`Condition ${operator} must be an object`);
    return Object.entries(keys).map(([key, values]) => ({ operator, key, values: texts(values, key) }));
  });
}

function readStatement(value: unknown, variables: boolean): Statement {
  if (!isRecord(value)) throw new MalformedPolicy('a statement must be an object');
  const unknown = Object.keys(value).find((name) => !ELEMENTS.has(name));
  if (unknown !== undefined) throw new MalformedPolicy(`a statement has no element ${unknown}`);
  const effect = value['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new MalformedPolicy('Effect must be Allow or Deny');
  if ((value['Action'] === undefined) === (value['NotAction'] === undefined))
    throw new MalformedPolicy('a statement needs one of Action and NotAction');
  const list = <K extends string>(name: K, as: string): Record<string, readonly string[]> =>
    value[name] === undefined ? {} : { [as]: texts(value[name], name) };
  const principals = (name: string, as: string): Record<string, Principals> =>
    value[name] === undefined ? {} : { [as]: readPrincipals(value[name]) };
  return {
    effect,
    ...(typeof value['Sid'] === 'string' ? { sid: value['Sid'] } : {}),
    ...list('Action', 'actions'),
    ...list('NotAction', 'notActions'),
    ...list('Resource', 'resources'),
    ...list('NotResource', 'notResources'),
    ...principals('Principal', 'principals'),
    ...principals('NotPrincipal', 'notPrincipals'),
    conditions: readConditions(value['Condition']),
    variables,
  };
}

const parsed = new Map<string, readonly Statement[]>();

/** Remembered by text: the same documents are asked for at every call. */
export function parsePolicy(text: string): readonly Statement[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new MalformedPolicy('the policy is not valid JSON', { cause });
  }
  if (!isRecord(document) || document['Statement'] === undefined)
    throw new MalformedPolicy('the policy has no Statement');
  const version = document['Version'];
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
    throw new MalformedPolicy(`the policy's Version is not ${String(version)}`);
  const statements = (Array.isArray(document['Statement']) ? document['Statement'] : [document['Statement']]).map(
    (statement) => readStatement(statement, version === '2012-10-17'),
  );
  if (parsed.size > 5000) parsed.clear();
  parsed.set(text, statements);
  return statements;
}
