/** Parts of the language that nothing acts on yet. Refused: whoever writes one would believe that it holds. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { notYet, type PolicyIssue } from './issue.ts';

type ProductEntry = PolicyDocument['products'][string];

/** Whole sections, with what to do until they are acted on. */
const SECTIONS = {
  connections: 'leave connections out; check routes and security groups by hand',
} as const satisfies Partial<Record<keyof PolicyDocument, string>>;

export function checkNotYet(document: PolicyDocument): PolicyIssue[] {
  const products = Object.entries(document.products).flatMap(([name, entry]) => productNotYet(name, entry));
  const rest = [
    sectionsNotYet(document),
    limitsNotYet(document),
    scheduleNotYet(document),
    alertsNotYet(document),
  ].flat();
  return [...products, ...rest];
}

function limitsNotYet({ limits }: PolicyDocument): PolicyIssue[] {
  if (limits.accountsAtOnce === undefined) return [];
  const instead = 'leave it out; consumers run side by side';
  return [notYet(['limits', 'accountsAtOnce'], limits.accountsAtOnce, instead)];
}

function scheduleNotYet({ schedule }: PolicyDocument): PolicyIssue[] {
  if (schedule.deep === undefined) return [];
  return [notYet(['schedule', 'deep'], schedule.deep, 'leave it out; reconcile looks at everything there is')];
}

function productNotYet(name: string, { exposure, probe }: ProductEntry): PolicyIssue[] {
  const at = (...rest: string[]) => ['products', name, ...rest];
  const issues: PolicyIssue[] = [];
  if (exposure === 'hybrid') issues.push(notYet(at('exposure'), exposure, 'write report or revoke'));
  if (probe !== undefined) issues.push(notYet(at('probe'), probe, 'leave it out; read a table with a job of your own'));
  return issues;
}

function sectionsNotYet(document: PolicyDocument): PolicyIssue[] {
  return Object.entries(SECTIONS).flatMap(([section, instead]) => {
    const value = document[section as keyof typeof SECTIONS];
    return value === undefined ? [] : [notYet([section], value, instead)];
  });
}

function alertsNotYet({ alerts }: PolicyDocument): PolicyIssue[] {
  if (Object.keys(alerts.byAccount).length === 0) return [];
  return [notYet(['alerts', 'byAccount'], alerts.byAccount, 'write every address under alerts.email')];
}
