/** Actions in words: what `plan` prints, what a log line says, what a finding calls the thing that failed. */

import type { Action, AssignTags, Statement } from './actions.ts';
import { listed } from './findings.ts';
import { type LinkTarget, resourceText } from './lake.ts';

export function linkTargetText(target: LinkTarget): string {
  return `${target.catalog}/${target.database} in ${target.region}`;
}

/** What an action is about, without the verb. */
export function actionSubject(action: Action): string {
  switch (action.kind) {
    case 'merge-settings':
      return `Lake Formation settings of ${action.account}`;
    case 'merge-catalog-policy':
      return `Glue catalog policy of ${action.account}`;
    case 'merge-bucket-policy':
      return `bucket ${action.bucket}`;
    case 'merge-key-policy':
      return `key ${action.key}`;
    case 'grant':
    case 'revoke':
      return resourceText(action.grant.resource);
    case 'close-table-defaults':
    case 'reopen-table-defaults':
      return `database ${action.account}/${action.database}`;
    case 'accept-invitation':
      return `RAM share ${action.shareArn}`;
    case 'create-link':
      return `link ${action.account}/${action.name}`;
    case 'create-database':
      return `database ${action.account}/${action.name}`;
    case 'create-tag':
    case 'extend-tag':
      return `LF-Tag ${action.tag.key} of ${action.account}`;
    case 'assign-tags':
      return taggedText(action);
    case 'register-location':
      return `location ${action.arn}`;
  }
}

/** The thing an assignment is about: a database, a table, or columns of one. */
export function taggedText({ account, database, table, columns }: Omit<TaggedThing, 'region'>): string {
  if (table === null) return `database ${account}/${database}`;
  const whole = `table ${account}/${database}.${table}`;
  return columns.length === 0 ? whole : `columns ${columns.join(', ')} of ${whole}`;
}

type TaggedThing = Pick<AssignTags, 'account' | 'region' | 'database' | 'table' | 'columns'>;

/** One line a person reads. */
export function actionText(action: Action): string {
  const subject = actionSubject(action);
  switch (action.kind) {
    case 'merge-settings':
      return `${subject}: ${settingsText(action)}${losing(action)}`;
    case 'merge-catalog-policy':
      return `${subject}: put our ${action.statements.length} statement(s) beside what is there`;
    case 'merge-bucket-policy':
    case 'merge-key-policy':
      return `${subject}: put our ${action.statements.length} statement(s) beside what is there${openness(action.statements)}`;
    case 'grant': {
      const option = action.grant.grantable.length > 0 ? ' with grant option' : '';
      const before = action.grant.resource.type === 'catalog' ? 'the policy took it' : 'it was shared';
      const back = action.restores ? `, as it was before ${before}` : '';
      return `grant ${action.grant.permissions.join(', ')} on ${subject} to ${action.grant.principal}${option}${back}`;
    }
    case 'revoke':
      return `revoke ${action.grant.permissions.join(', ')} on ${subject} from ${action.grant.principal}${losing(action)}`;
    case 'close-table-defaults':
      return `${subject}: new tables no longer open to IAM_ALLOWED_PRINCIPALS`;
    case 'reopen-table-defaults':
      return `${subject}: give back the default permissions of new tables that were taken off it for sharing`;
    case 'accept-invitation':
      return `accept ${subject} from ${action.sender}`;
    case 'create-link':
      return `create ${subject} to ${linkTargetText(action.target)}`;
    case 'create-database':
      return `create ${subject}`;
    case 'create-tag':
      return `create ${subject} with ${action.tag.values.join(', ')}`;
    case 'extend-tag':
      return `add ${action.tag.values.join(', ')} to ${subject}`;
    case 'assign-tags':
      return `tag ${subject} ${assignedText(action)}`;
    case 'register-location':
      return `register ${subject} with ${action.roleArn ?? "Lake Formation's service-linked role"}${action.hybrid ? ', hybrid' : ''}`;
  }
}

/** Why an action is as it is, a line each: `source=product by tags.rules[1] (table orders)`. */
export function reasonLines(action: Action): readonly string[] {
  if (action.kind !== 'assign-tags') return [];
  return Object.entries(action.why ?? {}).map(([key, why]) => `${key}=${action.tags[key] ?? ''} by ${why}`);
}

function settingsText(action: Extract<Action, { kind: 'merge-settings' }>): string {
  const { addAdmins, addReadOnlyAdmins, raiseVersionTo, closeDefaults, reopens } = action;
  return [
    ...addAdmins.map((arn) => `add administrator ${arn}`),
    ...addReadOnlyAdmins.map((arn) => `add read-only administrator ${arn}`),
    ...(raiseVersionTo === null ? [] : [`raise the cross-account version to ${raiseVersionTo}`]),
    ...(closeDefaults ? ['no longer open new databases and tables to IAM_ALLOWED_PRINCIPALS'] : []),
    ...(reopens === undefined
      ? []
      : ['open new databases and tables to IAM_ALLOWED_PRINCIPALS again, as before we closed them']),
  ].join(', ');
}

function losing({ loses }: { readonly loses?: string }): string {
  return loses === undefined ? '' : ` (${loses})`;
}

/** `source=product (was none)`; a database's says what follows from it (law 9). */
function assignedText({ tags, had, table }: AssignTags): string {
  const pairs = Object.entries(tags).map(([key, value]) =>
    had[key] === undefined ? `${key}=${value}` : `${key}=${value} (was ${had[key]})`,
  );
  const replaces = Object.entries(tags).some(([key, value]) => had[key] !== undefined && had[key] !== value);
  const loss = replaces ? ', which narrows as well: who reads by the old value loses it' : '';
  return `${pairs.join(', ')}${table === null ? ', which every table made there from now on inherits' : ''}${loss}`;
}

/** Law 9: a statement that names no roles says so. */
function openness(statements: readonly Statement[]): string {
  const names = (s: Statement) => Object.values(s.Condition ?? {}).some((keys) => 'aws:PrincipalArn' in keys);
  const open = statements.some((s) => s.Effect === 'Allow' && !names(s));
  return open ? ', open to every role of the organization that has S3 rights of its own' : '';
}

/** Several actions of one kind as one phrase, for a finding. */
export function actionsText(actions: readonly Action[]): string {
  return listed(actions.map(actionText), 3);
}
