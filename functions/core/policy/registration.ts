/** With what role Lake Formation reads a registered location. */

import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { accountId, accountNamed } from './accounts.ts';
import { invalid, type PolicyIssue } from './issue.ts';

const ROLE = /^arn:([^:]+):iam::(\d{12}):role\/[^*?\s]+$/;

export function checkRegistrations(document: PolicyDocument): PolicyIssue[] {
  return Object.keys(document.products).flatMap((product) => checkRegistration(document, product));
}

function checkRegistration(document: PolicyDocument, product: string): PolicyIssue[] {
  const entry = document.products[product];
  const registration = entry?.storage.registration;
  if (entry === undefined || registration === undefined) return [];
  const { storage, account } = entry;
  const issue = (message: string, instead: string) => [
    invalid(['products', product, 'storage', 'registration'], registration, message, instead),
  ];
  if (storage.access === 'iam') {
    return issue('access: iam reads with rights of the job', 'leave it out, or write access: lake-formation');
  }
  const producer = accountNamed(document, account);
  const id = producer === undefined ? 'ACCOUNT' : accountId(producer);
  const partition = partitionOf(document.hub.region);
  const arn = `arn:${partition}:iam::${id}:role/NAME`;
  if (registration === 'service-linked') {
    if (storage.account === undefined || storage.account === account) return [];
    return issue(
      `the service-linked role can't read a bucket of ${storage.account}`,
      `write a role of ${account}: ${arn}`,
    );
  }
  const [, of, owner] = ROLE.exec(registration) ?? [];
  if (of === undefined) return issue('not a role', `write service-linked, or ${arn}`);
  if (of !== partition) return issue(`not of the hub's AWS partition ${partition}`, `write ${arn}`);
  if (producer === undefined || owner === id) return [];
  return issue(`Lake Formation of ${account} takes a role of its own account`, `write ${arn}`);
}
