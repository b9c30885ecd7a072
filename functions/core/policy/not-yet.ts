/** Parts of the language that nothing acts on yet. Refused: whoever writes one would believe that it holds. */

import type { PolicyDocument } from '#contracts/policy.ts';
import { notYet, type PolicyIssue } from './issue.ts';

type ProductEntry = PolicyDocument['products'][string];

/** Whole sections, with what to do until they are acted on. */
const SECTIONS = {
  tags: 'leave tags out; products share by name',
  dataLocations: 'leave dataLocations out; grant data locations by hand',
  connections: 'leave connections out; check routes and security groups by hand',
  schedule: 'leave schedule out; deploying the policy looks at every product',
} as const satisfies Partial<Record<keyof PolicyDocument, string>>;

export function checkNotYet(document: PolicyDocument): PolicyIssue[] {
  const products = Object.entries(document.products).flatMap(([name, entry]) => productNotYet(name, entry));
  const rest = [sectionsNotYet(document), limitsNotYet(document), alertsNotYet(document)].flat();
  return [...settingsNotYet(document), ...products, ...rest];
}

function settingsNotYet({ settings }: PolicyDocument): PolicyIssue[] {
  const issues: PolicyIssue[] = [];
  if (settings.defaults === 'off') {
    issues.push(notYet(['settings', 'defaults'], settings.defaults, 'write report; turn the defaults off by hand'));
  }
  if (settings.createDatabase !== undefined) {
    const path = ['settings', 'createDatabase'];
    issues.push(notYet(path, settings.createDatabase, 'leave it out; look after CREATE_DATABASE by hand'));
  }
  return issues;
}

function limitsNotYet({ limits }: PolicyDocument): PolicyIssue[] {
  if (limits.accountsAtOnce === undefined) return [];
  const instead = 'leave it out; consumers run side by side';
  return [notYet(['limits', 'accountsAtOnce'], limits.accountsAtOnce, instead)];
}

function productNotYet(name: string, { audience, exposure, storage, probe }: ProductEntry): PolicyIssue[] {
  const at = (...rest: string[]) => ['products', name, ...rest];
  const issues: PolicyIssue[] = [];
  for (const key of ['organizationalUnits', 'organization', 'except'] as const) {
    if (audience[key] === undefined) continue;
    issues.push(notYet(at('audience', key), audience[key], 'name the accounts: audience: { accounts: [NAME] }'));
  }
  if (exposure === 'hybrid') issues.push(notYet(at('exposure'), exposure, 'write report or revoke'));
  if (storage.access !== 'iam') issues.push(notYet(at('storage', 'access'), storage.access, 'write iam'));
  if (storage.registration !== undefined) {
    issues.push(notYet(at('storage', 'registration'), storage.registration, 'leave it out; access: iam needs none'));
  }
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
