/** Hop 2, as far as `access: iam`: the location must not be registered, or jobs are handed the registration role's rights. */

import type { Product } from '../../contracts/policy.ts';
import { type Decision, NOTHING } from '../actions.ts';
import type { LocationFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import type { Observed } from '../lake.ts';

export interface LocationQuestion {
  readonly product: Product;
  readonly facts: Observed<LocationFacts>;
}

export function decideLocation({ product, facts }: LocationQuestion): Decision {
  const { account, region, storage } = product;
  const resource = `s3://${storage.bucket}/${storage.prefix}`;
  const where = { hop: 'location' as const, account, region, product: product.name, resource };
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const { registered } = facts.value;
  if (registered === null || registered.hybrid) return NOTHING;
  const message = `${registered.arn} is registered with Lake Formation, so reads use its registration role${registered.roleArn === null ? '' : ` ${registered.roleArn}`}, but the policy says access: iam`;
  return {
    actions: [],
    findings: [
      finding({
        ...where,
        state: 'broken',
        cause: 'location-registered',
        message,
        remedy: `Deregister the location or register it in hybrid access mode; a job's own S3 rights are not used under it.`,
      }),
    ],
    left: [`registration of ${registered.arn}`],
  };
}
