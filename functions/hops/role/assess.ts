/** Who is admitted as a job role, and whether the role's own policies suffice. Checked, never written: roles belong to their owners. */

import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { Admission } from '#core/admission.ts';
import { sortedSet } from '#core/collections.ts';
import type { RoleFacts } from '#core/facts.ts';
import { finding, listed, pasteable, type Where } from '#core/findings.ts';
import {
  advised,
  type Need,
  type Needs,
  type Reason,
  type RoleJudge,
  reasonsFor,
  type Unmet,
  unmetNeeds,
} from '../needs.ts';

/** A role that matches and is not admitted: one finding, whichever products its name matches. */
export function admissionFinding(
  where: { account: string; region: string },
  role: RoleFacts,
  judged: readonly { readonly product: Product; readonly admission: Admission }[],
): Finding | null {
  const refused = judged.flatMap(({ product, admission }) => ('why' in admission ? [{ product, ...admission }] : []));
  const worst =
    refused.find(({ kind }) => kind === 'disproved') ?? refused.find(({ kind }) => kind === 'undecided') ?? refused[0];
  if (worst === undefined) return null;
  const names = listed(refused.map(({ product }) => product.name));
  return finding({
    hop: 'role',
    state: worst.kind === 'undecided' ? 'unknown' : 'broken',
    ...REFUSALS[worst.kind],
    ...where,
    product: refused.length === 1 ? worst.product.name : null,
    principal: role.arn,
    resource: `role ${role.arn}`,
    message: `${role.arn} was not admitted to ${names}: ${worst.why}`,
  });
}

const REFUSALS = {
  unproven: {
    cause: 'role-without-proof',
    remedy:
      'If it is a job role, give it the proof the policy names (a role under the protected path, the tag, or its ARN in the list). If not, rename it: whoever may create a role must not thereby read the lake.',
  },
  disproved: {
    cause: 'role-trust-too-wide',
    remedy:
      'Let its trust policy admit Service: glue.amazonaws.com and nobody else; whoever else may assume it would read the lake with it. If it is no job role, give it a name that no pattern of jobRoles matches. Until then it gets nothing, and where we manage the bucket policy it is denied by name.',
  },
  undecided: {
    cause: 'role-trust-not-decidable',
    remedy:
      "Let its trust policy admit Service: glue.amazonaws.com without conditions: what Glue passes as aws:SourceAccount and aws:SourceArn is not documented, so a condition on them can't be judged.",
  },
} as const;

/** What roles of an account are to read. */
export interface ReadingQuestion {
  readonly policy: Policy;
  readonly account: string;
  readonly region: string;
  readonly judge: RoleJudge;
  /** One product, or several databases of none: what a role lacks is one finding. */
  readonly product: string | null;
  readonly needs: readonly Needs[];
}

/** Findings on what an admitted role's own policies lack, with the statement to add. */
export function readingFindings(question: ReadingQuestion, role: RoleFacts): readonly Finding[] {
  const { policy, account, region, judge, product, needs } = question;
  const base = {
    hop: 'role' as const,
    account,
    region,
    product,
    principal: role.arn,
    resource: `policies of ${role.arn}`,
  };
  if (role.policies === null) {
    return [
      finding({
        ...base,
        state: 'unknown',
        cause: 'not-readable',
        message: `the policies of ${role.arn} could not be read`,
        remedy: 'Nothing was changed; it is read again at the next run.',
      }),
    ];
  }
  const unmet = unmetNeeds(judge, role, needs);
  if (unmet.length === 0) return [];
  const because = reasonsFor(policy, account, role);
  const reasons = unmet.map((need) => ({ ...need, ...because(need) }));
  return [...lacking(base, reasons), ...denied(base, reasons), ...undecided(base, reasons)];
}

type Base = Where & { product: string | null; principal: string };

type Reasoned = Unmet & Reason;

function lacking(base: Base, unmet: readonly Reasoned[]): readonly Finding[] {
  const missing = unmet.filter(({ verdict, explicit }) => verdict === 'denied' && !explicit);
  return (['policy', 'boundary'] as const).flatMap((where) => {
    const there = missing.filter(({ lackedBy }) => lackedBy === where);
    if (there.length === 0) return [];
    const within = where === 'policy' ? '' : ' within its permissions boundary';
    return [
      finding({
        ...base,
        state: 'broken',
        cause: where === 'policy' ? 'role-lacks-permissions' : 'role-boundary-lacks-permissions',
        message: `${base.principal} may not ${listed(actionsOf(there))}${within}`,
        remedy: remedyFor(there, where === 'policy' ? "the role's policy" : "the role's permissions boundary"),
      }),
    ];
  });
}

function actionsOf(unmet: readonly Unmet[]): readonly string[] {
  return sortedSet(unmet.map(({ action }) => action));
}

/** What is denied in so many words no further permission opens. */
function denied(base: Base, unmet: readonly Reasoned[]): readonly Finding[] {
  const explicit = unmet.filter(({ verdict, explicit: isExplicit }) => verdict === 'denied' && isExplicit);
  if (explicit.length === 0) return [];
  const statements = sortedSet(explicit.map(({ because }) => because.replace(/ denies it$/, '')));
  return [
    finding({
      ...base,
      state: 'broken',
      cause: 'role-policy-denies',
      message: `${listed(statements)} denies ${base.principal} ${listed(actionsOf(explicit))}`,
      remedy: `Take out of ${listed(statements)} what it denies of ${listed(sortedSet(explicit.map(({ all, resource }) => all ?? resource)))}: no permission that is added opens it.`,
    }),
  ];
}

/** Characters: AWS takes no longer managed policy, and 10,240 in all inline ones of a role. */
const MOST_OF_A_POLICY = 6144;

/** Tables one by one while a policy holds them; then all of each database, then all databases of each account. */
function remedyFor(missing: readonly Need[], document: string): string {
  const add = `Add to ${document}`;
  const one = statementsFor(missing);
  if (isShort(one)) return `${add}: ${pasteable(one)}`;
  const why = '"*" for what is too much to be named in a policy: Lake Formation decides what of it the role reads';
  const byDatabase = statementsFor(missing.map(allTables));
  const wide = isShort(byDatabase) ? byDatabase : statementsFor(missing.map(allDatabases));
  return `${add} (${why}): ${pasteable(wide)}`;
}

function isShort(statements: readonly object[]): boolean {
  return JSON.stringify(statements).length <= MOST_OF_A_POLICY;
}

function allTables({ resource, ...need }: Need): Need {
  return { ...need, resource: resource.replace(/(:table\/[^/]+)\/.*$/, '$1/*') };
}

function allDatabases({ resource, ...need }: Need): Need {
  return { ...need, resource: resource.replace(/(:glue:.*:)(table|database)\/.*$/, '$1$2/*') };
}

/** One statement per service and kind of resource: actions must not meet resources they were not meant for. */
function statementsFor(missing: readonly Need[]): readonly object[] {
  const service = (action: string) => action.split(':')[0];
  const sameResources = new Map(
    [...Map.groupBy(missing, ({ action }) => action)].map(([action, needs]) => {
      return [action, JSON.stringify([service(action), sortedSet(needs.map(({ resource }) => resource))])] as const;
    }),
  );
  const groups = Map.groupBy(missing, ({ action, resource }) =>
    resource === '*' ? JSON.stringify([service(action), '*']) : sameResources.get(action),
  );
  return [...groups.values()].map((group) => ({
    Effect: 'Allow',
    Action: sortedSet(group.map((m) => m.action)),
    Resource: sortedSet(group.map(advised)),
  }));
}

function undecided(base: Base, unmet: readonly Reasoned[]): readonly Finding[] {
  const open = unmet.filter(({ verdict }) => verdict === 'unknown');
  if (open.length === 0) return [];
  return [
    finding({
      ...base,
      state: 'unknown',
      cause: 'role-not-decidable',
      message: `whether ${base.principal} may ${listed(actionsOf(open))} can't be told from here: ${listed(sortedSet(open.map(({ because }) => because)))}`,
      remedy: "Nothing to do if the job reads. If it doesn't, meet what these statements ask for, or change them.",
    }),
  ];
}

/** A principal that the policy's grants by tag name, and that is not there: nothing is granted to it meanwhile. */
export function principalMissing(where: { account: string; region: string }, principal: string): Finding {
  return finding({
    hop: 'role',
    state: 'broken',
    cause: 'principal-missing',
    ...where,
    principal,
    resource: `role ${principal}`,
    message: `the policy's grants by tag name ${principal}, which does not exist`,
    remedy: 'Create it, path included, or correct tags.grants. It is granted at the next run.',
  });
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
