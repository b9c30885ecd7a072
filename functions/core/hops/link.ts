/** Hop 8: the resource link exists, points at the right database, and is not itself open to everybody. */

import type { Entry } from '../../contracts/ledger.ts';
import type { Product } from '../../contracts/policy.ts';
import { type Action, type Decision, type Finding, NOTHING } from '../actions.ts';
import { mayStand } from '../entries.ts';
import type { GrantFacts, LinkFacts } from '../facts.ts';
import { finding, unreadable } from '../findings.ts';
import { IAM_ALLOWED_PRINCIPALS, type LakeResource, type LinkTarget, type Observed, resourceText } from '../lake.ts';

/** What is linked: a product's database, or (null) one that grants by tag reach. */
export interface LinkSource extends Pick<Product, 'account' | 'region' | 'database' | 'link'> {
  readonly name: string | null;
}

export interface LinkQuestion {
  readonly account: string;
  readonly region: string;
  readonly product: LinkSource;
  readonly facts: Observed<LinkFacts>;
  /** Explicit grants on the link. */
  readonly grants: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
}

export function linkTarget(product: LinkSource): LinkTarget {
  return { catalog: product.account, database: product.database, region: product.region };
}

export function linkResource(account: string, product: Pick<LinkSource, 'link'>): LakeResource {
  return { type: 'database', catalog: account, database: product.link };
}

/** A target without a Region means the link's own. */
export function sameTarget(found: LinkTarget, wanted: LinkTarget): boolean {
  return found.catalog === wanted.catalog && found.database === wanted.database && found.region === wanted.region;
}

export function decideLink(question: LinkQuestion): Decision {
  const { account, region, product, facts } = question;
  const where = {
    hop: 'link' as const,
    account,
    region,
    product: product.name,
    resource: `link ${account}/${product.link}`,
  };
  // A consumer that is the producer reads its own database: there is nothing to link (G-R15).
  if (account === product.account) return NOTHING;
  if (!facts.known) return { actions: [], findings: [unreadable(where, facts.why)], left: [] };
  const wanted = linkTarget(product);
  const { database } = facts.value;
  if (database === null) {
    return {
      actions: [
        {
          kind: 'create-link',
          hop: 'link',
          account,
          region,
          effect: 'neutral',
          products: wantedBy(product),
          name: product.link,
          target: wanted,
        },
      ],
      findings: [],
      left: [],
    };
  }
  if (database.target === null || !sameTarget(database.target, wanted)) {
    return { actions: [], findings: [nameTaken(where, product, database.target)], left: [where.resource] };
  }
  return openLink(question, where);
}

/** AWS gives new links the account's default permissions, IAM_ALLOWED_PRINCIPALS among them where defaults are on. */
function openLink(
  question: LinkQuestion,
  where: Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string | null },
): Decision {
  const { account, region, product, grants, entries } = question;
  if (!grants.known) return { actions: [], findings: [unreadable(where, grants.why)], left: [] };
  const resource = linkResource(account, product);
  const text = resourceText(resource);
  const open = grants.value.grants.find(
    (row) => row.principal === IAM_ALLOWED_PRINCIPALS && resourceText(row.resource) === text,
  );
  if (open === undefined) return NOTHING;
  const ours = entries.some(
    (e) => e.kind === 'link' && e.target === text && e.before['link'] === 'absent' && mayStand(e),
  );
  const action: Action = {
    kind: 'revoke',
    hop: 'link',
    account,
    region,
    effect: 'narrows',
    products: wantedBy(product),
    grant: open,
    reason: 'link-exposure',
  };
  if (ours) return { actions: [action], findings: [], left: [] };
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'link-open',
    message: `IAM_ALLOWED_PRINCIPALS holds permissions on ${where.resource}, which we did not make`,
    remedy: `Anyone with IAM rights sees the link (not the data). Revoke it there if that is not meant.`,
  });
  return { actions: [], findings: [told], left: [`${IAM_ALLOWED_PRINCIPALS} on ${where.resource}`] };
}

function wantedBy({ name }: LinkSource): readonly string[] {
  return name === null ? [] : [name];
}

function nameTaken(
  where: Pick<Finding, 'hop' | 'account' | 'region' | 'resource'> & { product: string | null },
  product: LinkSource,
  target: LinkTarget | null,
): Finding {
  const found =
    target === null
      ? 'a real database has that name'
      : `it points at ${target.catalog}/${target.database} in ${target.region}`;
  return finding({
    ...where,
    state: 'broken',
    cause: target === null ? 'link-name-is-a-database' : 'link-points-elsewhere',
    message: `${where.resource} can't be the link to ${product.account}/${product.database}: ${found}`,
    remedy: `We never delete or re-point it (AWS blocks queries for up to 24 hours after that). Remove it yourself, or ${otherName(product)}.`,
  });
}

/** A link that follows a tag has the name of its source, which Glue's fine-grained jobs need; a product's may have another. */
function otherName({ name, database }: LinkSource): string {
  if (name === null) return `make a product of ${database}, whose consumers.link names it otherwise`;
  return `write another name in products.${name}.consumers.link`;
}
