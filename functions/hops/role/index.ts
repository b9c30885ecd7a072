/** Role: job roles prove themselves, and their own policies let them read. Checked, never written. */

import type { AdmittedRole, ConsumerRecord } from '#contracts/ledger.ts';
import type { OnboardScope } from '#contracts/steps.ts';
import { type Admission, admit } from '#core/admission.ts';
import { type Assessment, assessed, merge, NOTHING } from '#core/assessment.ts';
import { unreadable } from '#core/findings.ts';
import { namesRolesOf } from '#core/named-readers.ts';
import { productsFor } from '#core/selectors.ts';
import type { OnboardHop, Question, RecordPart } from '#engine/hop.ts';
import { arrivedSources, reachedLinks } from '../arrivals.ts';
import { observeReaders, type ReadersObservation, unreadableRoles } from '../job-roles.ts';
import { linkNeeds, needsOf, roleJudge } from '../needs.ts';
import { admissionFinding, nobodyAdmitted, principalMissing, readingFindings } from './assess.ts';
import { PERMISSIONS } from './permissions.ts';

type Asked = Question<OnboardScope>;

export const role: OnboardHop<ReadersObservation> = {
  name: 'role',
  half: 'onboard',
  stage: 'check',
  scopes: ['account'],
  after: ['membership'],
  permissions: PERMISSIONS,
  observe: observeReaders,
  assess: (observed, question) => merge(byName(observed, question), byTag(observed, question)),
  // Who is not admitted leaves nothing undone here: that is for the role's owner to change.
  owner: ({ cause }) => (cause === 'role-without-proof' || cause === 'role-trust-too-wide' ? 'theirs' : 'ours'),
  record: recordPart,
};

function byName({ roles }: ReadersObservation, { policy, scope: { account, region, half } }: Asked): Assessment {
  const products = productsFor(policy, { account, region, half });
  if (products.length === 0) return NOTHING;
  if (!roles.known) return unreadableRoles(account, region, roles.why);
  const where = { account, region };
  const judged = roles.value.map((one) => ({
    one,
    admissions: products.map((product) => ({ product, admission: admit(policy, product, one) })),
  }));
  const refused = judged.flatMap(({ one, admissions }) => admissionFinding(where, one, admissions) ?? []);
  const judge = roleJudge(policy, account);
  const lacking = products.flatMap((product, i) => {
    const inside = judged.filter(({ admissions }) => admissions[i]?.admission.kind === 'admitted');
    if (inside.length === 0) return [nobodyAdmitted(account, region, product)];
    const needs = [needsOf(policy, account, region, product)];
    return inside.flatMap(({ one }) => readingFindings({ ...where, policy, judge, product: product.name, needs }, one));
  });
  return assessed({ findings: [...refused, ...lacking] });
}

/** Roles that are granted by tag: that they exist, and that their own policies let them read what is reached. */
function byTag({ arrivals, tagRoles }: ReadersObservation, { policy, scope, planning }: Asked): Assessment {
  const at = { account: scope.account, region: scope.region };
  const links = reachedLinks(arrivals, arrivedSources(arrivals, planning));
  const needs = links.map(({ source }) => linkNeeds(policy, at, source));
  const judge = roleJudge(policy, at.account);
  const findings = [...tagRoles].flatMap(([arn, seen]) => {
    if (!seen.known) return [unreadable({ hop: 'role', ...at, resource: `role ${arn}` }, seen.why)];
    if (seen.value?.arn !== arn) return [principalMissing(at, arn)];
    return needs.length === 0 ? [] : readingFindings({ ...at, policy, judge, product: null, needs }, seen.value);
  });
  return assessed({ findings });
}

/** Roles that match a product's pattern and whose trust disproves them, and those that its producer's documents name. */
function recordPart(
  { roles }: ReadersObservation,
  { policy, scope }: Asked,
  last: ConsumerRecord | null,
): RecordPart | null {
  if (!roles.known) return null;
  const products = productsFor(policy, scope);
  const disproved = roles.value.filter((one) =>
    products.some((product) => admit(policy, product, one).kind === 'disproved'),
  );
  const named = products.filter((product) => namesRolesOf(product, scope.account));
  const admitted = roles.value.flatMap((one): AdmittedRole[] => {
    const before = last?.admitted?.find(({ id }) => id === one.id)?.products ?? [];
    const to = named.filter((product) => isNamed(admit(policy, product, one), before.includes(product.name)));
    return to.length === 0 ? [] : [{ arn: one.arn, id: one.id, products: to.map(({ name }) => name).sort() }];
  });
  return {
    disproved: disproved.map(({ arn }) => arn).sort(),
    admitted: admitted.sort((a, b) => (a.arn < b.arn ? -1 : 1)),
  };
}

/** Whose trust can't be told keeps what it has, and is given nothing (law 6). */
function isNamed(admission: Admission, wasNamed: boolean): boolean {
  if (admission.kind === 'undecided') return wasNamed;
  return admission.kind === 'admitted' && admission.by === 'name';
}
