/** What a write meant, whatever its batch: one deed for each grant, each tag on each thing, each document. */

import type { Exchange } from '../../infra/local/lake/start.ts';
import { canonical, type Json } from './canonical.ts';
import { type Ask, type LakeResource, lakeResource, textOf } from './lake-resources.ts';

export type Act =
  | {
      readonly kind: 'grant' | 'revoke';
      readonly principal: string;
      readonly on: LakeResource;
      readonly permissions: readonly string[];
      readonly grantable: readonly string[];
    }
  | { readonly kind: 'settings'; readonly admins: readonly string[]; readonly document: Json }
  | { readonly kind: 'policy'; readonly of: string; readonly policy: Json; readonly more: readonly string[] }
  | { readonly kind: 'tag'; readonly on: LakeResource; readonly key: string; readonly value: string }
  | { readonly kind: 'tag-key'; readonly catalog: string; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: 'register'; readonly arn: string; readonly how: string }
  | {
      readonly kind: 'create-database' | 'update-database' | 'delete-database';
      readonly catalog: string;
      readonly name: string;
      readonly input: Json;
      /** Whose database a link points at: `account/database`. */
      readonly target: string | null;
    }
  | { readonly kind: 'accept'; readonly invitation: Invitation }
  | { readonly kind: 'other'; readonly input: Json };

type OfDatabase = Extract<Act, { target: string | null }>;

/** RAM's ids are random: an invitation is named by who sent it and what for. */
export interface Invitation {
  readonly sender: string;
  readonly receiver: string;
  /** Which of the shares between the two. */
  readonly share: string;
  /** Databases that it brings, by name; null: whatever is tagged. */
  readonly databases: readonly string[] | null;
}

export interface Deed {
  readonly account: string;
  readonly region: string;
  /** `operator` or `storage`. */
  readonly role: string;
  /** `lakeformation:Grant` for single grants and batches alike; else the operation. */
  readonly operation: string;
  readonly act: Act;
  /** `ok`, or AWS's error code. */
  readonly outcome: string;
  readonly started: number;
  readonly ended: number;
  /** Its place in its call. */
  readonly index: number;
}

export type Invitations = (arn: string) => Invitation | null;

type Written = Readonly<Pick<Exchange, 'account' | 'region' | 'service' | 'operation'>>;
interface Part {
  readonly act: Act;
  /** Where an entry of a batch has an outcome of its own. */
  readonly outcome?: string;
  readonly operation?: string;
}

/** The deeds of one call, in its order. */
export function deedsOf(exchange: Exchange, role: string, invitations: Invitations): readonly Deed[] {
  const { account, region, service, operation, started, ended, error } = exchange;
  const input = readable(exchange);
  const parts = (READERS[`${service}:${operation}`] ?? other)(input, { exchange, invitations });
  return parts.map((part, index) => ({
    account,
    region,
    role,
    operation: `${service}:${part.operation ?? operation}`,
    act: part.act,
    outcome: error ?? part.outcome ?? 'ok',
    started,
    ended,
    index,
  }));
}

function readable({ input }: Exchange): Ask {
  try {
    return input();
  } catch (error) {
    return { refusedInForm: String(error) };
  }
}

interface Told {
  readonly exchange: Exchange;
  readonly invitations: Invitations;
}
type Reader = (input: Ask, told: Told) => readonly Part[];

const other: Reader = (input) => [{ act: { kind: 'other', input: canonical(input) } }];

const READERS: Readonly<Record<string, Reader>> = {
  'lakeformation:BatchGrantPermissions': (input, told) => entries('grant', input, told),
  'lakeformation:BatchRevokePermissions': (input, told) => entries('revoke', input, told),
  'lakeformation:GrantPermissions': (input, { exchange }) => [permission('grant', input, exchange)],
  'lakeformation:RevokePermissions': (input, { exchange }) => [permission('revoke', input, exchange)],
  'lakeformation:PutDataLakeSettings': (input) => [settings(input)],
  'lakeformation:AddLFTagsToResource': tags,
  'lakeformation:CreateLFTag': (input, { exchange }) => [tagKey(input, 'TagValues', exchange)],
  'lakeformation:UpdateLFTag': (input, told) =>
    input['TagValuesToDelete'] === undefined ? [tagKey(input, 'TagValuesToAdd', told.exchange)] : other(input, told),
  'lakeformation:RegisterResource': (input) => {
    const { ResourceArn, ...how } = input;
    return [{ act: { kind: 'register', arn: textOf(ResourceArn), how: JSON.stringify(canonical(how)) } }];
  },
  'glue:CreateDatabase': (input, { exchange }) => [database('create-database', input, exchange)],
  'glue:UpdateDatabase': (input, { exchange }) => [database('update-database', input, exchange)],
  'glue:DeleteDatabase': (input, { exchange }) => [database('delete-database', input, exchange)],
  'glue:PutResourcePolicy': (input) => {
    const { PolicyInJson, PolicyHashCondition, ...more } = input;
    const unchanged = PolicyHashCondition === undefined ? [] : ['if unchanged'];
    return [document('catalog policy', PolicyInJson, [...unchanged, ...membersOf(more)])];
  },
  'glue:DeleteResourcePolicy': () => [document('catalog policy', null, [])],
  's3:PutBucketPolicy': (input) => [bucket(input, input['Policy'])],
  's3:DeleteBucketPolicy': (input) => [bucket(input, null)],
  'kms:PutKeyPolicy': ({ KeyId, Policy, PolicyName: _, ...more }) => [
    document(`key ${textOf(KeyId)}`, Policy, membersOf(more)),
  ],
  'ram:AcceptResourceShareInvitation': (input, told) => {
    const invitation = told.invitations(textOf(input['resourceShareInvitationArn']));
    return invitation === null
      ? other({ invitation: 'nobody sent it' }, told)
      : [{ act: { kind: 'accept', invitation } }];
  },
};

/** Entries of a batch; those AWS names in `Failures` have its code for an outcome. */
function entries(kind: 'grant' | 'revoke', input: Ask, { exchange }: Told): readonly Part[] {
  const failures = (answerOf(exchange)['Failures'] ?? []) as readonly Ask[];
  const codes = failures.map(({ RequestEntry, Error: error }) => [
    textOf((RequestEntry as Ask | undefined)?.['Id']),
    textOf((error as Ask | undefined)?.['ErrorCode']),
  ]);
  const failed = new Map(codes as [string, string][]);
  return ((input['Entries'] ?? []) as readonly Ask[]).map((entry) => {
    const outcome = failed.get(textOf(entry['Id']));
    return { ...permission(kind, entry, exchange), ...(outcome === undefined ? {} : { outcome }) };
  });
}

function permission(kind: 'grant' | 'revoke', entry: Ask, { account }: Written): Part {
  const on = lakeResource((entry['Resource'] ?? {}) as Ask, account);
  const principal = principalOf(entry['Principal']);
  const permissions = sorted(entry['Permissions']);
  const grantable = sorted(entry['PermissionsWithGrantOption']);
  const operation = kind === 'grant' ? 'Grant' : 'Revoke';
  return { act: { kind, principal, on, permissions, grantable }, operation };
}

function settings(input: Ask): Part {
  const document = (input['DataLakeSettings'] ?? {}) as Ask;
  const admins = ((document['DataLakeAdmins'] ?? []) as readonly Ask[]).map(principalOf).sort();
  return { act: { kind: 'settings', admins, document: canonical(document) } };
}

/** One deed for each key on each thing, columns one by one: AWS answers for each key. */
function tags(input: Ask, { exchange }: Told): readonly Part[] {
  const failures = (answerOf(exchange)['Failures'] ?? []) as readonly Ask[];
  const failed = new Map(
    failures.map(({ LFTag, Error: error }) => [
      textOf((LFTag as Ask | undefined)?.['TagKey']),
      textOf((error as Ask | undefined)?.['ErrorCode']),
    ]),
  );
  const things = thingsOf((input['Resource'] ?? {}) as Ask, exchange.account);
  const pairs = (input['LFTags'] ?? []) as readonly Ask[];
  return things.flatMap((on) =>
    pairs.map(({ TagKey, TagValues }): Part => {
      const key = textOf(TagKey);
      const outcome = failed.get(key);
      const act = { kind: 'tag' as const, on, key, value: sorted(TagValues).join('|') };
      return { act, ...(outcome === undefined ? {} : { outcome }) };
    }),
  );
}

function thingsOf(resource: Ask, account: string): readonly LakeResource[] {
  const whole = lakeResource(resource, account);
  const { columns = [] } = whole;
  if (columns.length < 2) return [whole];
  const body = (resource['TableWithColumns'] ?? {}) as Ask;
  return columns.map((name) => lakeResource({ TableWithColumns: { ...body, ColumnNames: [name] } }, account));
}

function tagKey(input: Ask, values: string, { account }: Written): Part {
  const catalog = textOf(input['CatalogId']) || account;
  return { act: { kind: 'tag-key', catalog, key: textOf(input['TagKey']), values: sorted(input[values]) } };
}

function database(kind: OfDatabase['kind'], input: Ask, { account }: Written): Part {
  const catalog = textOf(input['CatalogId']) || account;
  const { Name = input['Name'], ...rest } = (input['DatabaseInput'] ?? {}) as Ask;
  const link = rest['TargetDatabase'] as Ask | undefined;
  const target = link === undefined ? null : `${textOf(link['CatalogId'])}/${textOf(link['DatabaseName'])}`;
  return { act: { kind, catalog, name: textOf(Name), input: canonical(rest), target } };
}

/** The checksum is the SDK's doing. */
function bucket(
  { Bucket, ExpectedBucketOwner, Policy: _, ChecksumAlgorithm: _sdk, ...more }: Ask,
  policy: unknown,
): Part {
  const owner = ExpectedBucketOwner === undefined ? [] : [`of ${textOf(ExpectedBucketOwner)}`];
  return document(`bucket ${textOf(Bucket)}`, policy, [...owner, ...membersOf(more)]);
}

function document(of: string, text: unknown, more: readonly string[]): Part {
  const policy = typeof text === 'string' ? (JSON.parse(text) as Json) : null;
  return { act: { kind: 'policy', of, policy, more } };
}

function membersOf(more: Ask): readonly string[] {
  const present = Object.entries(more).filter(([, value]) => value !== undefined);
  return present.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).sort();
}

function principalOf(principal: unknown): string {
  return textOf((principal as Ask | undefined)?.['DataLakePrincipalIdentifier']);
}

function sorted(list: unknown): readonly string[] {
  return [...((list ?? []) as readonly string[])].sort();
}

/** Empty where the answer is an error or no JSON. */
function answerOf({ answer, error }: Exchange): Ask {
  if (typeof answer !== 'string' || answer === '' || (error !== undefined && error !== 'ConnectionCut')) return {};
  return JSON.parse(answer) as Ask;
}
