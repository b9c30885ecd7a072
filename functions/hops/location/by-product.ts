/**
 * The product's S3 location, by its `access`. `iam`: not registered, or jobs are handed the registration role's
 * rights. `lake-formation` and `hybrid`: registered, with the role the policy names, and in the right mode. A
 * registration that is there is never changed: it says how everybody reads what lies under it (G-L26).
 */

import type { RegisterLocation } from '#changes/location/change.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import { type Assessment, assessed, due, found, NOTHING } from '#core/assessment.ts';
import type { EncryptionFacts, LocationFacts, RoleFacts, StorageFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import { isServiceLinked, locationArn } from '#core/locations.ts';
import type { Observed } from '#core/observed.ts';
import { receivers } from '#core/selectors.ts';
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
  readonly encryption: Observed<EncryptionFacts>;
  readonly storage: Observed<StorageFacts>;
  /** The role it is registered with; null: a service-linked one, or none. Known and null: it does not exist. */
  readonly role: Observed<RoleFacts | null> | null;
}

type Registered = NonNullable<LocationFacts['registered']>;
type WhereOfProduct = Where & { product: string };

export function assessLocation({ policy, product, facts, rests }: LocationQuestion): Assessment {
  const { account, region, storage } = product;
  const resource = `s3://${storage.bucket}/${storage.prefix}`;
  const where = { hop: 'location' as const, account, region, product: product.name, resource };
  if (!facts.known) return found(unreadable(where, facts.why));
  const { registered } = facts.value;
  if (storage.access === 'iam' || rests === null) {
    return registered === null || registered.hybrid ? NOTHING : shadowed(where, registered);
  }
  if (registered === null) return toRegister(where, policy, product, rests);
  const other = differences(product, registered);
  if (other.length > 0) return otherwise(where, product, registered, other);
  if (isServiceLinked(registered.roleArn)) return linkedWillDo(where, product, rests) ?? NOTHING;
  const unfit = roleUnfit({ where, policy, product, registered, rests });
  return unfit === null ? NOTHING : found(unfit);
}

/** `access: iam`, and Lake Formation hands out its registration role's credentials all the same. */
function shadowed(where: WhereOfProduct, registered: Registered): Assessment {
  const message = `${registered.arn} is registered with Lake Formation, so reads use its registration role${registered.roleArn === null ? '' : ` ${registered.roleArn}`}, but the policy says access: iam`;
  return assessed({
    findings: [
      finding({
        ...where,
        state: 'broken',
        cause: 'location-registered',
        message,
        remedy: `Deregister the location, register it in hybrid access mode, or write products.${where.product}.storage.access: lake-formation; a job's own S3 rights are not used under it.`,
      }),
    ],
    foreign: [`registration of ${registered.arn}`],
  });
}

/** Null: Lake Formation's service-linked role, also where the policy leaves it open. */
function wantedRole({ storage }: Product): string | null {
  const { registration } = storage;
  return registration === undefined || registration === 'service-linked' ? null : registration;
}

function toRegister(where: WhereOfProduct, policy: Policy, product: Product, rests: LocationRests): Assessment {
  const roleArn = wantedRole(product);
  const refusal = roleArn === null ? linkedWillDo(where, product, rests) : null;
  if (refusal !== null) return refusal;
  const { account, region, storage, name } = product;
  const change: RegisterLocation = {
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
  return due(change);
}

/** Null when the service-linked role will do; else a finding: AWS demands a role of one's own, or it can't be told. */
function linkedWillDo(
  where: WhereOfProduct,
  product: Product,
  { encryption, storage }: LocationRests,
): Assessment | null {
  if (product.storage.account !== product.account) return needsRole(where, 'the bucket belongs to another account');
  if (!storage.known) return found(unreadable(where, storage.why));
  if (!encryption.known) return found(unreadable(where, encryption.why));
  const { algorithm, key } = storage.value.encryption;
  if (algorithm.startsWith('aws:kms') && (key === null || key.endsWith('alias/aws/s3')))
    return needsRole(where, 'the bucket is encrypted with the AWS managed key aws/s3');
  if (encryption.value.mode !== 'DISABLED' && receivers(product).length > 0)
    return needsRole(where, 'the Data Catalog is encrypted and shared with other accounts');
  return null;
}

function needsRole(where: WhereOfProduct, why: string): Assessment {
  return found(
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

function otherwise(
  where: WhereOfProduct,
  product: Product,
  registered: Registered,
  found: readonly string[],
): Assessment {
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'location-registered-otherwise',
    message: `${registered.arn} is registered ${found.join(' and ')}, but the policy says access: ${product.storage.access}`,
    remedy: `Change the registration in account ${where.account} (aws lakeformation update-resource; one with the service-linked role has to be deregistered and registered again), or write what is there under products.${where.product}.storage. It assesses how everybody reads what lies under it, so nothing is changed by itself.`,
  });
  return assessed({ findings: [told], foreign: [`registration of ${registered.arn}`] });
}
