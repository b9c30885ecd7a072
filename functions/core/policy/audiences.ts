/** Audiences: accounts by name, units with their children, the organization; and what they come to once it has told. */

import { isAccountId } from '#contracts/arn.ts';
import type { PolicyAccount, PolicyDocument, Whole } from '#contracts/policy.ts';
import { type Resolution, WHOLE } from '#contracts/resolution.ts';
import { sortedSet } from '../collections.ts';
import { accountId, accountNamed } from './accounts.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { findAccount } from './names.ts';

export type AudienceEntry = PolicyDocument['products'][string]['audience'];

export interface AudienceParts {
  /** By name. */
  readonly accounts: readonly string[];
  /** `organization` and ids of units, sorted. */
  readonly parts: readonly string[];
  /** By name. */
  readonly except: readonly string[];
}

/** An audience as lists. */
export function audienceParts({
  accounts = [],
  organizationalUnits = [],
  organization,
  except = [],
}: AudienceEntry): AudienceParts {
  return { accounts, parts: sortedSet([...organizationalUnits, ...(organization === true ? [WHOLE] : [])]), except };
}

interface Place {
  readonly path: PolicyPath;
  readonly entry: AudienceEntry;
  readonly whose: 'product' | 'grant';
}

/** Every audience of a policy. */
function audiencesOf({ products, tags }: PolicyDocument): readonly Place[] {
  const ofProducts = Object.entries(products).map(
    ([name, { audience }]): Place => ({ path: ['products', name, 'audience'], entry: audience, whose: 'product' }),
  );
  const ofGrants = (tags?.grants ?? []).flatMap(({ to }, i): readonly Place[] =>
    isAudience(to) ? [{ path: ['tags', 'grants', i, 'to'], entry: to, whose: 'grant' }] : [],
  );
  return [...ofProducts, ...ofGrants];
}

type Receiver = NonNullable<PolicyDocument['tags']>['grants'][number]['to'];

/** Whether a grant by tag is to an audience, and not to one principal. */
export function isAudience(to: Receiver): to is AudienceEntry {
  return !('principal' in to);
}

/** Parts of the organization that a policy's audiences are written with, sorted; none: nobody has to ask it. */
export function partsUsed(document: PolicyDocument): readonly string[] {
  return sortedSet(audiencesOf(document).flatMap(({ entry }) => audienceParts(entry).parts));
}

/** Parts that a resolution has not: a policy that needs them is not in force. */
export function partsMissing(document: PolicyDocument, resolution: Resolution | null): readonly string[] {
  const isHere = (part: string) =>
    resolution?.organization === document.organization.id && Object.hasOwn(resolution.parts, part);
  return partsUsed(document).filter((part) => !isHere(part));
}

/** Whether an account, by name, is in an audience, or may be: which accounts a unit has, no file tells. */
export function mayHave(document: PolicyDocument, entry: AudienceEntry, name: string): boolean {
  const { accounts, parts, except } = audienceParts(entry);
  if (accounts.includes(name)) return true;
  const account = accountNamed(document, name);
  const isExternal = typeof account === 'object' && account.external === true;
  return parts.length > 0 && !isExternal && !except.includes(name);
}

/** What the policy calls its organization, and the partition of its ARNs. */
type Organization = PolicyDocument['organization'] & { readonly partition: string };

interface InOrganization {
  readonly organization: Organization;
  readonly resolution: Resolution;
}

export interface Resolving {
  readonly accounts: readonly PolicyAccount[];
  readonly resolution: Resolution | null;
  /** Whose audience it is, for the message: `product cur`. */
  readonly who: string;
  readonly organization: Organization;
}

export interface Audience {
  /** Ids, sorted. */
  readonly accounts: readonly string[];
  readonly parts: readonly string[];
  readonly wholes: readonly Whole[];
}

/**
 * The accounts of an audience. Without a resolution, as while a file is judged or synthesized, parts of the organization
 * come to nobody. An account that the policy calls external is in none of them.
 */
export function resolveAudience(
  entry: AudienceEntry,
  { accounts, resolution, who, organization }: Resolving,
): Audience {
  const { accounts: named, parts, except } = audienceParts(entry);
  const find = (name: string) => findAccount(accounts, name, who).id;
  const told = parts.flatMap((part) => resolution?.parts[part]?.accounts ?? []);
  const external = new Set(accounts.flatMap(({ id, external }) => (external === true ? [id] : [])));
  const left = new Set(except.map(find));
  const all = [...named.map(find), ...told.filter((id) => !external.has(id))];
  const whole = (part: string) =>
    except.length === 0 && !resolution?.parts[part]?.accounts.some((id) => external.has(id));
  return {
    accounts: sortedSet(all.filter((id) => !left.has(id))),
    parts,
    wholes:
      resolution === null ? [] : parts.filter(whole).flatMap((part) => wholeOf(part, { organization, resolution })),
  };
}

/** Where nobody of it is left out, a part is granted as one: who joins it later reads without a grant of ours. */
function wholeOf(
  part: string,
  { organization: { partition, managementAccount: owner, id }, resolution }: InOrganization,
): readonly Whole[] {
  const told = resolution.parts[part];
  if (told === undefined) return [];
  const { accounts } = told;
  const prefix = `arn:${partition}:organizations::${owner}`;
  return part === WHOLE
    ? [{ principal: `${prefix}:organization/${id}`, path: null, accounts }]
    : [{ principal: `${prefix}:ou/${id}/${part}`, path: told.path, accounts }];
}

/** Every part that was told, whoever's audience it is, or was, in. */
export function wholesTold(resolution: Resolution | null, organization: Organization): readonly Whole[] {
  if (resolution === null) return [];
  return Object.keys(resolution.parts).flatMap((part) => wholeOf(part, { organization, resolution }));
}

/** Accounts that only the organization has told of, by its names; by their ids where a name is taken. */
export function accountsTold(named: readonly PolicyAccount[], resolution: Resolution | null): readonly PolicyAccount[] {
  const ids = new Set(named.map(({ id }) => id));
  const taken = new Set(named.map(({ name }) => name));
  const told = Object.entries(resolution?.names ?? {}).filter(([id]) => !ids.has(id));
  return told
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, name]) => {
      // Whoever owns the account chose its name: twelve digits would be taken for another's id.
      const free = name !== '' && !isAccountId(name) && !taken.has(name);
      taken.add(name);
      return { name: free ? name : id, id };
    });
}

/** What is wrong with audiences, whoever's they are. */
export function checkAudiences(document: PolicyDocument): PolicyIssue[] {
  return audiencesOf(document).flatMap((place) => [
    ...checkSomebody(place),
    ...checkTwice(place),
    ...checkSaid(place),
    ...checkExcept(document, place),
  ]);
}

function checkSomebody({ path, entry, whose }: Place): PolicyIssue[] {
  const { accounts, parts } = audienceParts(entry);
  if (accounts.length + parts.length > 0) return [];
  const [message, instead] =
    whose === 'product'
      ? ['the product is for nobody', 'write { accounts: [NAME] }, { organizationalUnits: [ou-…] } or organization']
      : ['the grant is for nobody', 'write { accounts: [NAME] } or { account, principal }'];
  return [invalid(path, entry, message, instead)];
}

/** Written twice is a slip: one of the two was meant to be another. */
function checkTwice({ path, entry }: Place): PolicyIssue[] {
  return (['organizationalUnits', 'except'] as const).flatMap((key) =>
    (entry[key] ?? []).flatMap((value, i, all) =>
      all.indexOf(value) === i
        ? []
        : [invalid([...path, key, i], value, 'it is there twice', 'keep one of the two, or write what was meant')],
    ),
  );
}

/** Beside the whole organization nothing else adds anybody, except accounts outside it. */
function checkSaid({ path, entry }: Place): PolicyIssue[] {
  const { organization, organizationalUnits = [] } = entry;
  if (organization !== true || organizationalUnits.length === 0) return [];
  const instead = 'take organizationalUnits out, or organization';
  return [invalid([...path, 'organizationalUnits'], organizationalUnits, 'organization has all its units', instead)];
}

/** `except` takes somebody out of units or the organization; of accounts that are named nobody has to be. */
function checkExcept(document: PolicyDocument, { path, entry }: Place): PolicyIssue[] {
  const { accounts, parts, except } = audienceParts(entry);
  const at = [...path, 'except'];
  if (except.length > 0 && parts.length === 0) {
    const message = 'except is for organizationalUnits and organization';
    return [invalid(at, except, message, 'leave these accounts out of accounts')];
  }
  return except.flatMap((name, i) => {
    if (accounts.includes(name)) {
      return [invalid([...at, i], name, 'it is under accounts, too', 'take it out of one of the two')];
    }
    const account = accountNamed(document, name);
    if (account === undefined || typeof account === 'string' || account.external !== true) return [];
    return [invalid([...at, i], accountId(account), 'it is external, so in no unit', 'take it out of except')];
  });
}
