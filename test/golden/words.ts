/** A deed as one line of a page. Documents are told by a hash, and kept beside it. */

import { canonicalStatement, type Json, shortHash } from './canonical.ts';
import type { Act, Deed, Invitation } from './deeds.ts';

/** Documents that lines speak of, by `#hash`, as JSON. */
export type Documents = Map<string, string>;

/** `ACCOUNT REGION`, and what was done there: `resource: service:Operation meaning → outcome`. */
export interface Line {
  readonly place: string;
  readonly text: string;
}

export function lineOf(deed: Deed, documents: Documents): Line {
  const { about, meaning } = words(deed.act, documents);
  const outcome = deed.outcome === 'ok' ? '' : ` → ${deed.outcome}`;
  const text = `${about}: ${[deed.operation, ...meaning].join(' ')}${outcome}`;
  return { place: `${deed.account} ${deed.region}`, text: text.replaceAll('arn:aws:iam::', '') };
}

interface Words {
  readonly about: string;
  readonly meaning: readonly string[];
}

function words(act: Act, documents: Documents): Words {
  switch (act.kind) {
    case 'grant':
    case 'revoke':
      return permissionWords(act);
    case 'settings':
      return { about: 'settings', meaning: [kept(documents, act.document), `admins ${list(act.admins)}`] };
    case 'policy':
      return { about: act.of, meaning: [...policyWords(act.policy, documents), ...act.more] };
    case 'tag':
      return { about: act.on.text, meaning: [`${act.key}=${act.value}`] };
    case 'tag-key':
      return { about: `tag ${act.catalog}/${act.key}`, meaning: [list(act.values)] };
    case 'register':
      return { about: `location ${act.arn}`, meaning: [act.how] };
    case 'create-database':
    case 'update-database':
    case 'delete-database':
      return { about: `database ${act.catalog}/${act.name}`, meaning: [JSON.stringify(act.input)] };
    case 'accept':
      return { about: invitationText(act.invitation), meaning: [] };
    case 'other':
      return { about: 'something', meaning: [JSON.stringify(act.input)] };
  }
}

function permissionWords(act: Extract<Act, { kind: 'grant' | 'revoke' }>): Words {
  const { permissions, grantable } = act;
  const whole = grantable.join() === permissions.join();
  const option = grantable.length === 0 ? [] : [whole ? 'with option' : `with option ${list(grantable)}`];
  const toward = act.kind === 'grant' ? 'to' : 'from';
  return { about: act.on.text, meaning: [permissions.join(', '), ...option, toward, act.principal] };
}

function invitationText({ sender, receiver, share, databases }: Invitation): string {
  const brings = databases === null ? '' : ` of ${databases.join(', ')}`;
  return `invitation from ${sender} to ${receiver} (${share}${brings})`;
}

/** Each statement by its Sid and a hash of its own: a diff then says which of them changed. */
function policyWords(policy: Json, documents: Documents): readonly string[] {
  if (policy === null || typeof policy !== 'object' || !('Statement' in policy)) return [JSON.stringify(policy)];
  const { Statement, Version, ...rest } = policy;
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly Json[];
  const named = statements.map((one) => `${sidOf(one)}${kept(documents, canonicalStatement(one))}`);
  const frame = { ...(Version === '2012-10-17' ? {} : { Version: Version ?? null }), ...rest };
  return [list(named.sort()), ...(Object.keys(frame).length === 0 ? [] : [JSON.stringify(frame)])];
}

function sidOf(statement: Json): string {
  const sid = statement !== null && typeof statement === 'object' && 'Sid' in statement ? statement['Sid'] : '';
  return typeof sid === 'string' ? sid : '';
}

function kept(documents: Documents, value: Json): string {
  const name = `#${shortHash(value)}`;
  documents.set(name, JSON.stringify(value));
  return name;
}

function list(items: readonly string[]): string {
  return `[${items.join(', ')}]`;
}
