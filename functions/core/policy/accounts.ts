/** Account names: each names one account, and every name used exists. */

import type { PolicyAccount, PolicyDocument } from '#contracts/policy.ts';
import { remembered } from '../remembered.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { nearest } from './nearest.ts';

export type AccountEntry = PolicyDocument['accounts'][string];

/** The id of an account, in either form of its entry. */
export function accountId(entry: AccountEntry): string {
  return typeof entry === 'string' ? entry : entry.id;
}

/** The Regions an account takes part in; undefined: all that products name. */
export function accountRegions(entry: AccountEntry | undefined): readonly string[] | undefined {
  return typeof entry === 'object' ? entry.regions : undefined;
}

/** An entry by its name, never a member every object has, such as `constructor`. */
export function accountNamed(document: PolicyDocument, name: string): AccountEntry | undefined {
  return Object.hasOwn(document.accounts, name) ? document.accounts[name] : undefined;
}

/** Sorted by name. */
export function resolveAccounts(document: PolicyDocument): PolicyAccount[] {
  return Object.entries(document.accounts)
    .map(([name, entry]) => (typeof entry === 'string' ? { name, id: entry } : { name, ...entry }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function checkAccounts(document: PolicyDocument): PolicyIssue[] {
  const check = nameCheck(document);
  return [...checkTwins(document), ...checkExternal(document), ...namesUsed(document).flatMap(check)];
}

function checkTwins(document: PolicyDocument): PolicyIssue[] {
  const first = new Map<string, string>();
  return Object.entries(document.accounts).flatMap(([name, entry]) => {
    const id = accountId(entry);
    const twin = first.get(id);
    if (twin === undefined) {
      first.set(id, name);
      return [];
    }
    return [invalid(['accounts', name], id, `the same account as ${twin}`, 'keep one name for it')];
  });
}

/** The hub assumes roles and receives events as a member of the organization, whose management account is one by definition. */
function checkExternal(document: PolicyDocument): PolicyIssue[] {
  const { hub, organization } = document;
  return Object.entries(document.accounts).flatMap(([name, entry]) => {
    if (typeof entry === 'string' || !entry.external) return [];
    const path = ['accounts', name, 'external'];
    if (entry.id === hub.account) return [invalid(path, true, 'the hub is in the organization', 'take external out')];
    if (entry.id !== organization.managementAccount) return [];
    return [invalid(path, true, 'the management account is in its organization', 'take external out')];
  });
}

interface NameUsed {
  readonly path: PolicyPath;
  readonly name: string;
}

/** What is wrong with a name that is no account's: looked for once, however often it is used. */
function nameCheck(document: PolicyDocument): (used: NameUsed) => PolicyIssue[] {
  const entries = Object.entries(document.accounts);
  const names = entries.map(([name]) => name);
  const byId = new Map(entries.map(([name, entry]) => [accountId(entry), name] as const).reverse());
  const trouble = remembered(names.length + 1, (name): readonly [message: string, instead: string] => {
    const named = byId.get(name);
    if (named !== undefined) return ['an account is named, not numbered, here', `write ${named}`];
    if (names.length === 0) return ['no such account', 'name it under accounts first'];
    const near = nearest(name, names);
    return ['no such account', near === null ? `write ${oneOf(names)}` : `did you mean ${near}? (${oneOf(names)})`];
  });
  return ({ path, name }) =>
    accountNamed(document, name) === undefined ? [invalid(path, name, ...trouble(name))] : [];
}

/** As many as a line can show. */
const SHOWN = 20;

function oneOf(names: readonly string[]): string {
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  return `one of ${names.slice(0, SHOWN).join(', ')}${more}`;
}

function namesUsed(document: PolicyDocument): NameUsed[] {
  return [...namesOfProducts(document), ...namesOfTags(document), ...namesOfLocations(document)];
}

function namesOfProducts(document: PolicyDocument): NameUsed[] {
  return Object.entries(document.products).flatMap(([product, entry]) => {
    const at = (...rest: (string | number)[]): PolicyPath => ['products', product, ...rest];
    const storage = entry.storage.account;
    return [
      { path: at('account'), name: entry.account },
      ...(storage === undefined ? [] : [{ path: at('storage', 'account'), name: storage }]),
      ...namesOfAudience(at('audience'), entry.audience),
    ];
  });
}

function namesOfAudience(path: PolicyPath, entry: PolicyDocument['products'][string]['audience']): NameUsed[] {
  return (['accounts', 'except'] as const).flatMap((key) =>
    (entry[key] ?? []).map((name, i) => ({ path: [...path, key, i], name })),
  );
}

function namesOfTags(document: PolicyDocument): NameUsed[] {
  const { tags } = document;
  if (tags === undefined) return [];
  const inAccounts = tags.in.map(({ account }, i) => ({ path: ['tags', 'in', i, 'account'], name: account }));
  const rules = tags.rules.map(({ match }, i) => ({
    path: ['tags', 'rules', i, 'match', 'account'],
    name: match.account,
  }));
  const grants = tags.grants.flatMap(({ to }, i): NameUsed[] => {
    const at = ['tags', 'grants', i, 'to'];
    if ('principal' in to) return [{ path: [...at, 'account'], name: to.account }];
    return namesOfAudience(at, to);
  });
  return [...inAccounts, ...rules, ...grants];
}

function namesOfLocations(document: PolicyDocument): NameUsed[] {
  return (document.dataLocations ?? []).map(({ account }, i) => ({
    path: ['dataLocations', i, 'account'],
    name: account,
  }));
}
