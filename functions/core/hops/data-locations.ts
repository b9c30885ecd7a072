/**
 * Hop 2, of the whole catalog: who may make catalog objects that point at a registered place. Reading needs none of it.
 * A principal of another account is granted by that account, which is granted the place with grant option first.
 */

import type { Entry } from '../../contracts/ledger.ts';
import type { Catalog, DataLocation, Policy } from '../../contracts/policy.ts';
import { type Decision, type Finding, merge, NOTHING } from '../actions.ts';
import type { GrantFacts, LocationFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import { missingGrants, type WantedGrant } from '../grants.ts';
import type { Grant, LakeResource, Observed } from '../lake.ts';
import { accountOf, placesFor } from '../wanted.ts';
import { withdrawals } from '../withdraw.ts';
import { locationArn } from './location.ts';

const PERMISSIONS = ['DATA_LOCATION_ACCESS'];

export interface DataLocationsQuestion extends Catalog {
  readonly policy: Policy;
  /** Of each entry of this catalog, what it is registered as. */
  readonly registered: readonly { readonly entry: DataLocation; readonly facts: Observed<LocationFacts> }[];
  readonly listed: Observed<GrantFacts>;
  /** Ours in this account and Region. */
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

/** The entries of one catalog. */
export function dataLocationsOf(policy: Policy, { account, region }: Catalog): readonly DataLocation[] {
  return policy.dataLocations.filter((entry) => entry.account === account && entry.region === region);
}

export function locationResource(policy: Policy, entry: DataLocation): LakeResource {
  return { type: 'data-location', catalog: entry.account, arn: locationArn(policy.partition, entry) };
}

/** What the owner of the place grants: to its own principals, and to the accounts of others. */
function wantedOf(policy: Policy, entry: DataLocation): readonly WantedGrant[] {
  const resource = locationResource(policy, entry);
  const others = new Set(entry.to.map((arn) => accountOf(arn, entry)).filter((id) => id !== entry.account));
  const own = entry.to.filter((arn) => accountOf(arn, entry) === entry.account);
  return [
    ...own.map((principal) => ({
      grant: { principal, resource, permissions: PERMISSIONS, grantable: [] },
      products: [],
    })),
    ...[...others].sort().map((principal) => ({
      grant: { principal, resource, permissions: PERMISSIONS, grantable: PERMISSIONS },
      products: [],
    })),
  ];
}

export function decideDataLocations(question: DataLocationsQuestion): Decision {
  const { policy, account, region, registered, listed, entries, recent } = question;
  const ours = entries.some(
    (entry) => entry.kind === 'grant' && isLocationOf(account)(JSON.parse(entry.sent) as Grant),
  );
  if (registered.length === 0 && !ours) return NOTHING;
  const at = { hop: 'location' as const, account, region };
  if (!listed.known)
    return { ...NOTHING, findings: [unreadable({ ...at, resource: `data locations of ${account}` }, listed.why)] };
  const wanted = registered.map(({ entry, facts }) => ({ facts, entry, grants: wantedOf(policy, entry) }));
  const grantable = wanted.filter(({ facts }) => facts.known && facts.value.registered !== null);
  const granted = listed.value.grants;
  return merge(
    ...wanted.map(({ entry, facts }) =>
      told({ ...at, resource: `s3://${entry.bucket}/${entry.prefix}` }, entry, facts),
    ),
    {
      actions: [
        ...missingGrants({ ...at, wanted: grantable.flatMap(({ grants }) => grants), listed: granted, recent }),
        ...withdrawals({
          ...at,
          entries,
          wanted: wanted.flatMap(({ grants }) => grants),
          undecided: new Set(),
          inScope: isLocationOf(account),
          listed: granted,
        }),
      ],
      findings: [],
      left: [],
    },
  );
}

function isLocationOf(account: string): (grant: Grant) => boolean {
  return ({ resource }) => resource.type === 'data-location' && resource.catalog === account;
}

type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'>;

function told(where: Where, entry: DataLocation, facts: Observed<LocationFacts>): Decision {
  if (!facts.known) return { ...NOTHING, findings: [unreadable(where, facts.why)] };
  if (facts.value.registered !== null) return NOTHING;
  return {
    ...NOTHING,
    findings: [
      finding({
        ...where,
        state: 'broken',
        cause: 'location-not-registered',
        message: `${where.resource} is not registered with Lake Formation, and AWS refuses grants on places that are not`,
        remedy: `Register it in account ${where.account} (aws lakeformation register-resource --resource-arn … with a role of your own, see docs/foundation.md), or take dataLocations[${entry.index}] out of the policy. The grants follow by themselves.`,
      }),
    ],
  };
}

/** What an account passes on to its own principals of places that others registered. */
export interface PassingOnQuestion extends Catalog {
  readonly policy: Policy;
  /** Those this account was granted: grants on the others would be refused. */
  readonly received: readonly DataLocation[];
  /** What this account has granted. */
  readonly listed: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
  readonly recent: readonly Entry[];
}

export function decidePassingOn(question: PassingOnQuestion): Decision {
  const { policy, account, region, received, listed, entries, recent } = question;
  const at = { hop: 'grants' as const, account, region };
  if (!listed.known)
    return { ...NOTHING, findings: [unreadable({ ...at, resource: `data locations of ${account}` }, listed.why)] };
  const wantedOf = (places: readonly DataLocation[]): readonly WantedGrant[] =>
    places.flatMap((entry) => {
      const resource = locationResource(policy, entry);
      const own = entry.to.filter((arn) => accountOf(arn, entry) === account);
      return own.map((principal) => ({
        grant: { principal, resource, permissions: PERMISSIONS, grantable: [] },
        products: [],
      }));
    });
  const actions = [
    ...missingGrants({ ...at, wanted: wantedOf(received), listed: listed.value.grants, recent }),
    ...withdrawals({
      ...at,
      entries,
      // What can't be granted just now is wanted all the same.
      wanted: wantedOf(placesFor(policy, { account, region })),
      undecided: new Set(),
      inScope: isOfOthers(account),
      listed: listed.value.grants,
    }),
  ];
  return { ...NOTHING, actions };
}

/** A place somebody else registered. */
export function isOfOthers(account: string): (grant: Grant) => boolean {
  return ({ resource }) => resource.type === 'data-location' && resource.catalog !== account;
}
