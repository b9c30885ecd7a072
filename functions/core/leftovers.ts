/** Verification: what deciding still wants after acting is a finding, with AWS's own error where the ledger has it. */

import type { Entry } from '../contracts/ledger.ts';
import type { Action, AssignTags, Finding } from './actions.ts';
import { actionSubject, actionsText, actionText } from './describe.ts';
import { entryFor, VISIBLE_WITHIN_MS } from './entries.ts';
import { finding } from './findings.ts';
import { leftTags, withoutOwing } from './left-tags.ts';

/** Actions that were written moments ago and are just not visible yet: look again before judging. */
export function notYetVisible(actions: readonly Action[], entries: readonly Entry[], now: number): readonly Action[] {
  return actions.filter((action) => {
    const entry = entryFor(action, entries);
    return entry?.state === 'confirmed' && entry.error === null && now - entry.at < VISIBLE_WITHIN_MS;
  });
}

/** Findings for actions that should have been done: one each, so that each is reported and recovers by itself. */
export function leftoverFindings(actions: readonly Action[], entries: readonly Entry[]): readonly Finding[] {
  const left = withoutOwing(actions);
  const isTagging = (action: Action): action is AssignTags => action.kind === 'assign-tags';
  const tags = leftTags(left.filter(isTagging), entries, (action, code) => remedyFor(code, action));
  const singles = [...left.filter((action) => !isTagging(action)), ...tags.single].flatMap((action) =>
    wantedBy(action).map((product) => leftover(action, product, entryFor(action, entries))),
  );
  return [...singles, ...tags.findings];
}

/** The products that want it; null for what no product wants: tags and account-wide settings are the policy's own. */
function wantedBy(action: Action): readonly (string | null)[] {
  return action.products.length === 0 ? [null] : action.products;
}

function leftover(action: Action, product: string | null, entry: Entry | undefined): Finding {
  const failed = entry?.error ?? null;
  const told = failed?.message ?? `could not ${actionText(action)}: it was not attempted`;
  return finding({
    hop: action.hop,
    state: 'broken',
    cause: failed === null ? `${action.kind}-missing` : `${action.kind}-failed`,
    account: action.account,
    region: action.region,
    product,
    principal: principalOf(action),
    resource: actionSubject(action),
    message: told,
    remedy: remedyFor(failed?.code ?? null, action),
    aws: failed?.aws ?? null,
  });
}

function principalOf(action: Action): string | null {
  if (action.kind === 'grant' || action.kind === 'revoke') return action.grant.principal;
  return action.kind === 'accept-invitation' ? action.sender : null;
}

/** In report mode a walk writes nothing; what it would do is one finding per product and hop, with the way to do it. */
export function reportOnlyFindings(actions: readonly Action[]): readonly Finding[] {
  const groups = Map.groupBy(
    actions.flatMap((action) => wantedBy(action).map((product) => ({ product, action }))),
    ({ product, action }) => JSON.stringify([product, action.hop, action.account, action.region]),
  );
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const { action, product } = first;
    return [
      finding({
        hop: action.hop,
        state: 'broken',
        cause: 'report-mode',
        account: action.account,
        region: action.region,
        product,
        resource:
          product === null ? `${action.hop} of ${action.account}` : `${action.hop} of ${product} in ${action.account}`,
        message: `report mode: would ${actionsText(group.map((g) => g.action))}`,
        remedy: `See it all with \`onramp plan\`. To let it be done, write mode: enforce for the policy, the product or the account that is held back.`,
      }),
    ];
  });
}

function remedyFor(code: string | null, action: Action): string {
  const ofTags = code !== null && action.hop === 'tags' ? tagRemedies(action.account)[code] : undefined;
  return ofTags ?? remedyOf(code, action);
}

/** Where LF-Tags ask for something else than other writes. */
function tagRemedies(account: string): Readonly<Record<string, string>> {
  return {
    AccessDenied: `Let whoever administers the LF-Tag grant our operator in ${account} ASSOCIATE and DESCRIBE on it; if that is done, compare the member role stack's version.`,
    LimitExceeded:
      'A database, table or column carries at most 50 LF-Tags, a key has at most 1,000 values, a catalog about 1,000 keys: take off what is no longer used, or narrow the rule.',
    Missing:
      'The thing, the LF-Tag or its value went away between looking and writing. Nothing to do: the next run looks again and makes what the policy names.',
  };
}

function remedyOf(code: string | null, action: Action): string {
  switch (code) {
    case 'AccountNotEntered':
      return `Deploy the member role stack in account ${action.account}, or correct its trust.`;
    case 'AccessDenied':
      return `Our operator in ${action.account} lacks a right: compare the member role stack's version, and look for a service control policy.`;
    case 'Transient':
      return 'AWS kept refusing for the moment. Nothing is lost: the next run tries again by itself.';
    case 'PrincipalUnknown':
      return 'The principal is not known to AWS: it was deleted, or made moments ago. The next run tries again.';
    case 'ExposureInTheWay':
      return 'Revoke IAM_ALLOWED_PRINCIPALS there, or write exposure: revoke for the product.';
    case 'LimitExceeded':
      return 'An AWS quota is reached: ask for more, or take out what is no longer used.';
    case 'EncryptionDenied':
      return "Let the key's policy and the member role use the Data Catalog's key.";
    case 'AlreadyExists':
      return 'Something of that name appeared meanwhile; the next run looks at it and says what it is.';
    case null:
      return 'An earlier hop of the path has to hold first; it has its own finding. The next run goes on from there.';
    default:
      return `Read AWS's answer above. Grant by hand to tell whether it is us: ${actionText(action)}.`;
  }
}
