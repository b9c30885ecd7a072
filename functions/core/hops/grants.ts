/** Hop 9: each proven job role may see the link and the default database, and read the target: its tables, not the link's. */

import type { Entry } from '../../contracts/ledger.ts';
import type { Product } from '../../contracts/policy.ts';
import type { ProductSnapshot } from '../../contracts/snapshot.ts';
import { type Action, type Decision, type Finding, merge, NOTHING } from '../actions.ts';
import type { GrantFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import { missingGrants, type WantedGrant } from '../grants.ts';
import { type LakeResource, type Observed, resourceText } from '../lake.ts';
import { linkResource } from './link.ts';
import { productResources } from './share.ts';

/** A product that is ready here, with the roles that are admitted to it. */
export interface ReadyProduct {
  readonly product: Product;
  readonly snapshot: ProductSnapshot;
  /** ARNs, sorted. */
  readonly roles: readonly string[];
}

export interface GrantsQuestion {
  readonly account: string;
  readonly region: string;
  readonly ready: readonly ReadyProduct[];
  /** Grants on the Region of the links and, where it differs, of the targets: keyed by Region. */
  readonly listed: ReadonlyMap<string, Observed<GrantFacts>>;
  /** Whether the consumer has a database `default`, which Spark and Hive clients always look at (G-L28). */
  readonly hasDefault: Observed<boolean>;
  readonly recent: readonly Entry[];
}

export const DEFAULT_DATABASE = 'default';

/** Which resources a consumer's grants are about, per Region: the question the adapter asks AWS. */
export function grantResources(
  account: string,
  region: string,
  ready: readonly Omit<ReadyProduct, 'roles'>[],
): ReadonlyMap<string, readonly LakeResource[]> {
  const byRegion = new Map<string, Map<string, LakeResource>>();
  const add = (where: string, resource: LakeResource) => {
    const there = byRegion.get(where) ?? new Map<string, LakeResource>();
    byRegion.set(where, there.set(resourceText(resource), resource));
  };
  if (ready.length > 0) add(region, { type: 'database', catalog: account, database: DEFAULT_DATABASE });
  for (const { product, snapshot } of ready) {
    if (product.account !== account) add(region, linkResource(account, product));
    // SELECT on the target counts in the target's Region; DESCRIBE on the link in the link's.
    for (const { resource } of productResources(product, snapshot.tables)) add(product.region, resource);
  }
  return new Map([...byRegion].map(([where, resources]) => [where, [...resources.values()]]));
}

/** The grants of one Region. The article's row "tables of the link" is not among them: AWS knows no SELECT on a link. */
export function wantedGrants(
  account: string,
  region: string,
  where: string,
  ready: readonly ReadyProduct[],
): readonly WantedGrant[] {
  return ready.flatMap(({ product, snapshot, roles }) => {
    const products = [product.name];
    return roles.flatMap((principal) => {
      const describe = (resource: LakeResource): WantedGrant => ({
        grant: { principal, resource, permissions: ['DESCRIBE'], grantable: [] },
        products,
      });
      const here: WantedGrant[] = [];
      if (where === region) here.push(describe({ type: 'database', catalog: account, database: DEFAULT_DATABASE }));
      if (where === region && product.account !== account) here.push(describe(linkResource(account, product)));
      if (where !== product.region) return here;
      const target = productResources(product, snapshot.tables).map(({ resource, permissions }) => ({
        grant: { principal, resource, permissions, grantable: [] },
        products,
      }));
      return [...here, ...target];
    });
  });
}

export function decideGrants(question: GrantsQuestion): Decision {
  const { account, region, ready, listed, recent } = question;
  if (ready.every((r) => r.roles.length === 0)) return NOTHING;
  const perRegion = [...grantResources(account, region, ready).keys()].map((where): Decision => {
    const facts = listed.get(where);
    const at = { hop: 'grants' as const, account, region: where, resource: `Lake Formation permissions of ${account}` };
    if (facts === undefined) return NOTHING;
    if (!facts.known) return { actions: [], findings: [unreadable(at, facts.why)], left: [] };
    const wanted = wantedGrants(account, region, where, ready);
    return {
      actions: missingGrants({ hop: 'grants', account, region: where, wanted, listed: facts.value.grants, recent }),
      findings: [],
      left: [],
    };
  });
  return merge(defaultDatabase(question), ...perRegion);
}

function defaultDatabase({ account, region, hasDefault, ready }: GrantsQuestion): Decision {
  if (!hasDefault.known) {
    return {
      actions: [],
      findings: [
        unreadable(
          { hop: 'grants', account, region, resource: `database ${account}/${DEFAULT_DATABASE}` },
          hasDefault.why,
        ),
      ],
      left: [],
    };
  }
  if (hasDefault.value) return NOTHING;
  const products = ready.map(({ product }) => product.name).sort();
  const action: Action = {
    kind: 'create-database',
    hop: 'grants',
    account,
    region,
    effect: 'neutral',
    products,
    name: DEFAULT_DATABASE,
  };
  return { actions: [action], findings: [], left: [] };
}

/** A product for which nobody is admitted: shared, linked, and read by no one. */
export function nobodyAdmitted(account: string, region: string, product: Product): Finding {
  const patterns = product.jobRoles.map((role) => `${role.match} (proof: ${role.proof})`).join(', ');
  return finding({
    hop: 'role',
    state: 'broken',
    cause: 'no-job-role',
    account,
    region,
    product: product.name,
    principal: patterns,
    resource: `job roles of ${account}`,
    message: `no role of ${account} matches ${patterns} with its proof`,
    remedy: `Create the job role there, or correct products.${product.name}.consumers.jobRoles. It is admitted at the next run.`,
  });
}
