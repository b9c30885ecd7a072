/**
 * Hop 2: the product's S3 location, by its `access`. `iam`: not registered, or jobs are handed the registration role's
 * rights. `lake-formation` and `hybrid`: registered, with the role the policy names, and in the right mode. A
 * registration that is there is never changed: it says how everybody reads what lies under it (G-L26).
 */

import type { Policy, Product } from '../../contracts/policy.ts';
import { type Decision, type Finding, NOTHING } from '../actions.ts';
import type { CatalogPolicyFacts, LocationFacts, RoleFacts, StorageFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import type { Observed } from '../lake.ts';
import { receivers } from '../wanted.ts';
import { roleUnfit } from './registration-role.ts';

export interface LocationQuestion {
  readonly policy: Policy;
  readonly product: Product;
  readonly facts: Observed<LocationFacts>;
  /** Null with `access: iam`, which registers nothing. */
  readonly rests: LocationRests | null;
}

/** What a registration rests on. */
export interface LocationRests {
  readonly catalog: Observed<CatalogPolicyFacts>;
  readonly storage: Observed<StorageFacts>;
  /** The role it is registered with; null: a service-linked one, or none. Known and null: it does not exist. */
  readonly role: Observed<RoleFacts | null> | null;
}

type Registered = NonNullable<LocationFacts['registered']>;
type Where = Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string };

export function decideLocation({ policy, product, facts, rests }: LocationQuestion): Decision {
  const { account, region, storage } = product;
  const resource = `s3://${storage.bucket}/${storage.prefix}`;
  const where = { hop: 'location' as const, account, region, product: product.name, resource };
  if (!facts.known) return only(unreadable(where, facts.why));
  const { registered } = facts.value;
  if (storage.access === 'iam' || rests === null) {
    return registered === null || registered.hybrid ? NOTHING : shadowed(where, registered);
  }
  if (registered === null) return toRegister(where, policy, product, rests);
  const other = differences(product, registered);
  if (other.length > 0) return otherwise(where, product, registered, other);
  if (isServiceLinked(registered.roleArn)) return linkedWillDo(where, product, rests) ?? NOTHING;
  const unfit = roleUnfit({ where, policy, product, registered, rests });
  return unfit === null ? NOTHING : only(unfit);
}

function only(found: Finding): Decision {
  return { actions: [], findings: [found], left: [] };
}

/** `access: iam`, and Lake Formation hands out its registration role's credentials all the same. */
function shadowed(where: Where, registered: Registered): Decision {
  const message = `${registered.arn} is registered with Lake Formation, so reads use its registration role${registered.roleArn === null ? '' : ` ${registered.roleArn}`}, but the policy says access: iam`;
  return {
    actions: [],
    findings: [
      finding({
        ...where,
        state: 'broken',
        cause: 'location-registered',
        message,
        remedy: `Deregister the location, register it in hybrid access mode, or write products.${where.product}.storage.access: lake-formation; a job's own S3 rights are not used under it.`,
      }),
    ],
    left: [`registration of ${registered.arn}`],
  };
}

/** The ARN of a product's location as Lake Formation keeps it: without the slash at the end. */
export function locationArn(partition: string, { bucket, prefix }: { bucket: string; prefix: string }): string {
  return `arn:${partition}:s3:::${bucket}/${prefix}`.replace(/\/+$/, '');
}

export function isServiceLinked(roleArn: string | null): boolean {
  return roleArn?.includes(':role/aws-service-role/') ?? false;
}

/** Null: Lake Formation's service-linked role, also where the policy leaves it open. */
function wantedRole({ storage }: Product): string | null {
  const { registration } = storage;
  return registration === undefined || registration === 'service-linked' ? null : registration;
}

function toRegister(where: Where, policy: Policy, product: Product, rests: LocationRests): Decision {
  const roleArn = wantedRole(product);
  const refusal = roleArn === null ? linkedWillDo(where, product, rests) : null;
  if (refusal !== null) return refusal;
  const { account, region, storage, name } = product;
  const action = {
    kind: 'register-location' as const,
    hop: 'location' as const,
    account,
    region,
    // From now on Lake Formation's grants open the bytes, and where it is not hybrid nothing else does.
    effect: 'widens' as const,
    products: [name],
    arn: locationArn(policy.partition, storage),
    roleArn,
    hybrid: storage.access === 'hybrid',
  };
  return { actions: [action], findings: [], left: [] };
}

/** Null when the service-linked role will do; else a finding: AWS demands a role of one's own, or it can't be told. */
function linkedWillDo(where: Where, product: Product, { catalog, storage }: LocationRests): Decision | null {
  if (product.storage.account !== product.account) return needsRole(where, 'the bucket belongs to another account');
  if (!storage.known) return only(unreadable(where, storage.why));
  if (!catalog.known) return only(unreadable(where, catalog.why));
  const { algorithm, key } = storage.value.encryption;
  if (algorithm.startsWith('aws:kms') && (key === null || key.endsWith('alias/aws/s3')))
    return needsRole(where, 'the bucket is encrypted with the AWS managed key aws/s3');
  if (catalog.value.encryption.mode !== 'DISABLED' && receivers(product).length > 0)
    return needsRole(where, 'the Data Catalog is encrypted and shared with other accounts');
  return null;
}

function needsRole(where: Where, why: string): Decision {
  return only(
    finding({
      ...where,
      state: 'broken',
      cause: 'location-needs-role',
      message: `Lake Formation's service-linked role can't be used for ${where.resource}: ${why}`,
      remedy: `Make a registration role (docs/foundation.md has one) and write its ARN as products.${where.product}.storage.registration. A location that is registered already has to be deregistered first: nothing is changed by itself.`,
    }),
  );
}

function differences(product: Product, registered: Registered): readonly string[] {
  const { registration, access } = product.storage;
  const { roleArn, hybrid } = registered;
  const role = registration === 'service-linked' ? isServiceLinked(roleArn) : roleArn === registration;
  const inMode = hybrid === (access === 'hybrid');
  return [
    ...(registration === undefined || role ? [] : [`with ${roleArn ?? 'no role'}, not ${registration}`]),
    ...(inMode ? [] : [hybrid ? 'in hybrid access mode' : 'not in hybrid access mode']),
  ];
}

function otherwise(where: Where, product: Product, registered: Registered, found: readonly string[]): Decision {
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'location-registered-otherwise',
    message: `${registered.arn} is registered ${found.join(' and ')}, but the policy says access: ${product.storage.access}`,
    remedy: `Change the registration in account ${where.account} (aws lakeformation update-resource; one with the service-linked role has to be deregistered and registered again), or write what is there under products.${where.product}.storage. It decides how everybody reads what lies under it, so nothing is changed by itself.`,
  });
  return { actions: [], findings: [told], left: [`registration of ${registered.arn}`] };
}
