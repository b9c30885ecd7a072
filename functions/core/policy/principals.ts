/** Principals as people write them: of the account beside them, or whole ARNs. */

import { isAccountId } from '#contracts/arn.ts';
import { partitionOf } from '#contracts/names.ts';
import type { PolicyDocument } from '#contracts/policy.ts';
import { accountId, accountNamed } from './accounts.ts';
import { invalid, type PolicyIssue, type PolicyPath } from './issue.ts';
import { isPattern } from './patterns.ts';

export interface PrincipalUsed {
  readonly path: PolicyPath;
  readonly principal: string;
  /** The name of the account it is written beside. */
  readonly account: string;
  /** Whether a whole ARN may be another account's. */
  readonly others: boolean;
}

const LOCAL = /^(role|user)\/\S+$|^saml-provider\/[^/:\s]+:(user|group)\/.+$/;
const IDENTITY_CENTER = /^arn:([^:]+):identitystore:::(user|group)\/\S+$/;
const IAM = /^arn:([^:]+):iam::(\d{12}):(.+)$/;
const HOW = 'write role/PATH/NAME, user/NAME, saml-provider/NAME:group/NAME, or the ARN of an Identity Center group';

export function checkPrincipal(document: PolicyDocument, used: PrincipalUsed): PolicyIssue[] {
  const { path, principal } = used;
  const partition = partitionOf(document.hub.region);
  const [, arnPartition, id, local] = IAM.exec(principal) ?? [];
  const said = local ?? principal;
  if (said.startsWith('group/')) {
    const instead = 'name roles or users, or an Identity Center group by its ARN';
    return [invalid(path, principal, 'Lake Formation knows no IAM groups', instead)];
  }
  if (isPattern(principal)) {
    return [invalid(path, principal, 'a grant names one principal, and no pattern', 'write it out')];
  }
  if (isAccountId(principal)) {
    return [invalid(path, principal, 'an account is no principal', 'write to: { accounts: [NAME] }')];
  }
  if (/^arn:[^:]+:sts:/.test(principal)) {
    return [invalid(path, principal, 'a session ends; grants are to roles', 'write role/ and its path and name')];
  }
  const center = IDENTITY_CENTER.exec(principal);
  if (center === null && !LOCAL.test(said)) return [invalid(path, principal, 'not a principal of Lake Formation', HOW)];
  const other = center?.[1] ?? arnPartition;
  if (other !== undefined && other !== partition) {
    return [invalid(path, principal, `not of the hub's AWS partition ${partition}`, `write arn:${partition}:…`)];
  }
  return id === undefined ? [] : checkArnAccount(document, used, id);
}

function checkArnAccount(document: PolicyDocument, used: PrincipalUsed, id: string): PolicyIssue[] {
  const { path, principal, account, others } = used;
  const entry = accountNamed(document, account);
  const known = Object.values(document.accounts).map(accountId);
  if (others && !known.includes(id)) {
    return [invalid(path, principal, `of the account ${id}, which has no name here`, 'name it under accounts first')];
  }
  if (others || entry === undefined || accountId(entry) === id) return [];
  const name = Object.keys(document.accounts).find((one) => accountId(document.accounts[one] ?? '') === id);
  const instead = name === undefined ? 'name its account under accounts first' : `write account: ${name}`;
  return [invalid(path, principal, `not a principal of ${account}`, instead)];
}
