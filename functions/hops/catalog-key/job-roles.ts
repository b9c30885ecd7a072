/** Whether job roles may use the keys of the catalogs they read: their own account's, and those of the producers. */

import { arnParts } from '#contracts/arn.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Catalog } from '#contracts/policy.ts';
import type { RoleFacts } from '#core/facts.ts';
import { finding, listed, pasteable } from '#core/findings.ts';
import { evaluateAccess } from '#core/iam/evaluate.ts';
import { contextOf } from './use.ts';

/** A catalog that jobs read, and the ARN of its key. */
export interface KeyOfCatalog {
  readonly catalog: Catalog;
  readonly arn: string;
  /** Its policy, where it is the account's own; undefined: its owner judges it. */
  readonly text?: string | undefined;
}

export interface JobRolesQuestion {
  readonly account: string;
  readonly region: string;
  readonly role: RoleFacts;
  readonly keys: readonly KeyOfCatalog[];
}

/** Null when nothing tells against it. Policies that can't be read are the role hop's to tell. */
export function jobRoleFinding({ account, region, role, keys }: JobRolesQuestion): Finding | null {
  const lacks = keys.filter((key) => isRefused(account, role, key)).map(({ arn }) => arn);
  if (lacks.length === 0 || role.policies === null) return null;
  const statement = {
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: lacks,
    Condition: { StringLike: { 'kms:ViaService': 'glue.*.amazonaws.com*' } },
  };
  return finding({
    hop: 'catalog-key',
    account,
    region,
    state: 'broken',
    cause: 'role-lacks-catalog-key',
    principal: role.arn,
    resource: `policies of ${role.arn}`,
    message: `${role.arn} may not decrypt with ${listed(lacks)}, with which the Data Catalogs it reads are encrypted`,
    remedy: `Add to the role's policy: ${pasteable(statement)}`,
  });
}

function isRefused(account: string, role: RoleFacts, { catalog, arn, text }: KeyOfCatalog): boolean {
  const { verdict } = evaluateAccess({
    identity: role.policies,
    boundary: role.boundary,
    resource: text,
    sameAccount: arnParts(arn)?.account === account,
    request: {
      principal: { type: 'role', arn: role.arn, account, tags: role.tags },
      action: 'kms:Decrypt',
      resource: arn,
      context: { ...contextOf(catalog), 'kms:CallerAccount': account },
    },
  });
  return verdict === 'denied';
}
