/** Storage, seen from where it is read: nothing in the policies of buckets and keys denies the admitted roles. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { StoreDenials } from '#contracts/snapshot.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { admittedTo } from '#core/admission.ts';
import { assessed } from '#core/assessment.ts';
import type { RoleFacts } from '#core/facts.ts';
import type { Observed } from '#core/observed.ts';
import { productsFor, publishScope } from '#core/selectors.ts';
import type { OnboardHop, Question } from '#engine/hop.ts';
import type { Reads } from '#engine/query.ts';
import { denialFindings } from '../denials.ts';
import { observeJobRoles } from '../job-roles.ts';
import { storeNeeds } from '../needs.ts';
import { READ_ROLES } from '../reader-rows.ts';
import { rolesReadStore } from './store-denials.ts';

interface StoreOfProduct {
  readonly product: Product;
  /** What denies there, by the owner's last publish. */
  readonly denials: readonly StoreDenials[];
}

interface ConsumerObservation {
  readonly roles: Observed<readonly RoleFacts[]>;
  readonly stores: readonly StoreOfProduct[];
}

export const consumerStorage: OnboardHop<ConsumerObservation> = {
  name: 'storage',
  half: 'onboard',
  stage: 'check',
  scopes: ['account'],
  after: ['membership'],
  permissions: READ_ROLES,
  observe,
  assess: ({ roles, stores }, { policy, scope }) =>
    // Roles that can't be read the role hop tells of.
    assessed({ findings: roles.known ? stores.flatMap((store) => findingsOn(policy, scope, store, roles.value)) : [] }),
  // The documents are their owners' to change, and no run of a producer mends them.
  owner: () => 'theirs',
};

async function observe(read: Reads, asked: Question<OnboardScope>): Promise<ConsumerObservation> {
  const products = productsFor(asked.policy, asked.scope).filter(rolesReadStore);
  const told = products.map(async (product) => {
    const snapshot = await read.snapshot(publishScope(product));
    return { product, denials: snapshot?.storeDenials ?? [] };
  });
  return { roles: await observeJobRoles(read, asked), stores: await Promise.all(told) };
}

function findingsOn(
  policy: Policy,
  { account }: OnboardScope,
  { product, denials }: StoreOfProduct,
  all: readonly RoleFacts[],
): readonly Finding[] {
  const { region, storage, name } = product;
  const documents = denials.filter(({ kind, of }) => of === (kind === 'bucket' ? storage.bucket : storage.key));
  if (documents.length === 0) return [];
  const roles = admittedTo(policy, product, all);
  const needs = storeNeeds(policy, { reader: account, region, storage });
  return documents.flatMap(({ kind, of, account: owner, text }) => {
    const document = { hop: 'storage', kind, name: `policy of ${kind} ${of}`, account: owner, region, text };
    const asked = needs.filter(({ action }) => action.startsWith('kms:') === (kind === 'key'));
    return denialFindings(policy, account, document, [{ product: name, roles, needs: asked }]);
  });
}
