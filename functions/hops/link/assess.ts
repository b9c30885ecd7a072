/** The resource link exists, points at the right database, and is not itself open to everybody. */

import type { CreateLink } from '#changes/link/change.ts';
import type { RevokeChange } from '#changes/revoke/change.ts';
import type { Finding } from '#contracts/findings.ts';
import { IAM_ALLOWED_PRINCIPALS, type LinkTarget } from '#contracts/lake-formation.ts';
import type { Entry } from '#contracts/ledger.ts';
import { type Assessment, assessed, due, NOTHING } from '#core/assessment.ts';
import type { GrantFacts, LinkFacts } from '#core/facts.ts';
import { finding, unreadable, type Where } from '#core/findings.ts';
import { type LinkSource, linkResource, linkTarget, sameTarget } from '#core/links.ts';
import type { Observed } from '#core/observed.ts';
import { mayStand } from '#core/ownership.ts';
import { resourceText } from '#core/permissions.ts';

export interface LinkQuestion {
  readonly account: string;
  readonly region: string;
  readonly product: LinkSource;
  readonly facts: Observed<LinkFacts>;
  /** Explicit grants on the link. */
  readonly grants: Observed<GrantFacts>;
  readonly entries: readonly Entry[];
}

export function assessLink(question: LinkQuestion): Assessment {
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
  if (!facts.known) return assessed({ findings: [unreadable(where, facts.why)] });
  const wanted = linkTarget(product);
  const { database } = facts.value;
  if (database === null) {
    const base = { hop: 'link', account, region, effect: 'neutral' as const, products: wantedBy(product) };
    const change: CreateLink = { kind: 'create-link', ...base, name: product.link, target: wanted };
    return due(change);
  }
  if (database.target === null || !sameTarget(database.target, wanted)) {
    return assessed({ findings: [nameTaken(where, product, database.target)], foreign: [where.resource] });
  }
  return openLink(question, where);
}

/** AWS gives new links the account's default permissions, IAM_ALLOWED_PRINCIPALS among them where defaults are on. */
function openLink(question: LinkQuestion, where: Where & { product: string | null }): Assessment {
  const { account, region, product, grants, entries } = question;
  if (!grants.known) return assessed({ findings: [unreadable(where, grants.why)] });
  const resource = linkResource(account, product);
  const text = resourceText(resource);
  const open = grants.value.grants.find(
    (row) => row.principal === IAM_ALLOWED_PRINCIPALS && resourceText(row.resource) === text,
  );
  if (open === undefined) return NOTHING;
  const ours = entries.some(
    (e) =>
      e.kind === 'link' && e.region === region && e.target === text && e.before['link'] === 'absent' && mayStand(e),
  );
  const change: RevokeChange = {
    kind: 'revoke',
    hop: 'link',
    account,
    region,
    effect: 'narrows',
    products: wantedBy(product),
    grant: open,
    reason: 'link-exposure',
  };
  if (ours) return due(change);
  const told = finding({
    ...where,
    state: 'broken',
    cause: 'link-open',
    message: `IAM_ALLOWED_PRINCIPALS holds permissions on ${where.resource}, which we did not make`,
    remedy: `Anyone with IAM rights sees the link (not the data). Revoke it there if that is not meant.`,
  });
  return assessed({ findings: [told], foreign: [`${IAM_ALLOWED_PRINCIPALS} on ${where.resource}`] });
}

function wantedBy({ name }: LinkSource): readonly string[] {
  return name === null ? [] : [name];
}

function nameTaken(where: Where & { product: string | null }, product: LinkSource, target: LinkTarget | null): Finding {
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
