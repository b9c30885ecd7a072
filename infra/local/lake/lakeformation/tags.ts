/** LF-Tags and saved expressions: made, changed, listed and deleted. */

import type {
  CreateLFTagRequest,
  DeleteLFTagRequest,
  GetLFTagRequest,
  LFTagPair,
  ListLFTagsRequest,
  Permission,
  UpdateLFTagRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { pageOfList } from '../glue/paging.ts';
import { accountNames } from '../ram/recipients.ts';
import type { Call } from '../service.ts';
import { notFound } from './authority.ts';
import { heldAt } from './locations.ts';
import { isAdmin, namesOf, viewsAll } from './principals.ts';
import { invalidInput, tagOf } from './resources.ts';
import { type LakeFormationCatalog, lakeCatalogOf, type Tag } from './state.ts';

const mostTags = 1000;
const mostValues = 1000;
const mostPerPage = 1000;
const ofCreator: readonly Permission[] = ['ALTER', 'DROP', 'DESCRIBE', 'ASSOCIATE', 'GRANT_WITH_LF_TAG_EXPRESSION'];

/** Makes a tag and grants it to its creator. Throws where the key is taken, and for who may not create tags. */
export function createLFTag(call: Call, input: CreateLFTagRequest): object {
  const catalog = catalogOf(call, input.CatalogId);
  requireOnCatalog(call, 'CREATE_LF_TAG', 'Create Tag');
  const { key, values } = tagOf(input as LFTagPair);
  checkLengths(call, [key, ...values]);
  if (catalog.tags.has(key)) throw new AwsError(call.world.switch('lf-duplicate-tag'), 'Tag key already exists');
  if (catalog.tags.size >= mostTags)
    throw new AwsError('ResourceNumberLimitExceededException', `At most ${mostTags} LF-Tags are allowed.`);
  catalog.tags.set(key, { key, values });
  grantToCreator(call, catalog, key);
  return {};
}

/** Adds and deletes values. Refused for a value that something carries, and where none would be left. */
export function updateLFTag(call: Call, input: UpdateLFTagRequest): object {
  const catalog = catalogOf(call, input.CatalogId);
  const tag = tagNamed(catalog, input.TagKey);
  requireOnTag(call, tag, 'ALTER', 'Alter');
  const add = tagOf({ TagKey: tag.key, TagValues: input.TagValuesToAdd ?? [] }).values;
  const remove = tagOf({ TagKey: tag.key, TagValues: input.TagValuesToDelete ?? [] }).values;
  checkLengths(call, add);
  const used = usedValues(catalog, tag.key);
  if (remove.some((value) => used.has(value)))
    throw invalidInput('Update not allowed. The tag value to be deleted is assigned to a resource.');
  const unknown = remove.find((value) => !tag.values.includes(value));
  if (unknown !== undefined) throw notFound(`Tag value ${unknown}`);
  const values = [...new Set([...tag.values.filter((value) => !remove.includes(value)), ...add])];
  if (values.length > mostValues)
    throw new AwsError(
      'ResourceNumberLimitExceededException',
      `At most ${mostValues} values are allowed for an LF-Tag.`,
    );
  if (values.length === 0) throw invalidInput('An LF-Tag needs a value.');
  tag.values = values.sort();
  return {};
}

/** The tag is gone from everything that carried it, and so are the grants that named it. */
export function deleteLFTag(call: Call, input: DeleteLFTagRequest): object {
  const catalog = catalogOf(call, input.CatalogId);
  const tag = tagNamed(catalog, input.TagKey);
  requireOnTag(call, tag, 'DROP', 'Drop');
  for (const assigned of catalog.assigned.values()) assigned.delete(tag.key);
  for (const grant of [...catalog.grants.at({ kind: 'tag', catalog: call.account, key: tag.key, values: [] })])
    catalog.grants.remove(grant);
  catalog.tags.delete(tag.key);
  return {};
}

/** The tag with its values; `EntityNotFoundException` for who does not see it. */
export function getLFTag(call: Call, input: GetLFTagRequest): object {
  const owner = input.CatalogId ?? call.account;
  const catalog = lakeCatalogOf(call.world.lakeFormation, owner, call.region);
  const tag = tagNamed(catalog, input.TagKey);
  if (!sees(call, owner, tag)) throw notFound(`Tag key ${tag.key}`);
  return { CatalogId: owner, TagKey: tag.key, TagValues: [...tag.values] };
}

/** One page of the tags that the caller sees: his account's, other accounts', or both. */
export function listLFTags(call: Call, input: ListLFTagsRequest): object {
  const own = tagsOfCatalog(call, input.CatalogId ?? call.account);
  const all = input.ResourceShareType === 'ALL' ? [...own, ...foreignTags(call)] : own;
  const tags = input.ResourceShareType === 'FOREIGN' ? foreignTags(call) : all;
  const { items, NextToken } = pageOfList(tags, input, mostPerPage);
  return { LFTags: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

function tagsOfCatalog(call: Call, owner: string): LFTagPair[] {
  const catalog = lakeCatalogOf(call.world.lakeFormation, owner, call.region);
  const seen = [...catalog.tags.values()].filter((tag) => sees(call, owner, tag));
  return seen.map((tag) => ({ CatalogId: owner, TagKey: tag.key, TagValues: [...tag.values] }));
}

function foreignTags(call: Call): LFTagPair[] {
  const others = [...call.world.lakeFormation.catalogs.values()].filter(
    ({ account, region }) => account !== call.account && region === call.region,
  );
  return others.flatMap(({ account }) => tagsOfCatalog(call, account));
}

function sees(call: Call, owner: string, tag: Tag): boolean {
  const { world, caller, region, account } = call;
  if (owner === account && viewsAll(world, caller, region)) return true;
  return (
    mayWithTag(call, owner, tag.key, undefined, 'DESCRIBE') || mayWithTag(call, owner, tag.key, undefined, 'ASSOCIATE')
  );
}

/** Whether the caller holds the permission on the tag, with this value or any at all. */
export function mayWithTag(
  call: Call,
  owner: string,
  tag: string,
  value: string | undefined,
  permission: Permission,
): boolean {
  const { world, caller, region, account } = call;
  const admin = isAdmin(world, caller, region);
  if (owner === account && admin) return true;
  const ref = { kind: 'tag' as const, catalog: owner, key: tag, values: [] };
  const held = (keeper: string, names: readonly string[]): boolean =>
    names.some((name) =>
      [...lakeCatalogOf(world.lakeFormation, keeper, region).grants.held(name, ref)].some(
        (grant) =>
          grant.permissions.has(permission) &&
          grant.ref.kind === 'tag' &&
          (value === undefined || grant.ref.values.includes('*') || grant.ref.values.includes(value)),
      ),
    );
  if (owner === account) return held(account, namesOf(caller));
  return held(owner, accountNames(world, account)) && (admin || held(account, namesOf(caller)));
}

/** The tag of that key, in any case. Throws `EntityNotFoundException`. */
export function tagNamed(catalog: LakeFormationCatalog, key = ''): Tag {
  const tag = catalog.tags.get(key.toLowerCase());
  if (!tag) throw notFound(`Tag key ${key}`);
  return tag;
}

function usedValues(catalog: LakeFormationCatalog, tag: string): Set<string> {
  return new Set([...catalog.assigned.values()].flatMap((assigned) => assigned.get(tag) ?? []));
}

/**
 * Throws Lake Formation's `AccessDeniedException` unless the caller is an administrator or holds the permission on the
 * catalog.
 */
export function requireOnCatalog(call: Call, permission: Permission, words: string): void {
  const { world, caller, region, account } = call;
  if (isAdmin(world, caller, region)) return;
  const held = heldAt(world, caller, { account, region }, { kind: 'catalog', catalog: account });
  if (!held.some((permissions) => permissions.has(permission))) throw insufficient(words, 'catalog');
}

function requireOnTag(call: Call, tag: Tag, permission: Permission, words: string): void {
  if (!mayWithTag(call, call.account, tag.key, undefined, permission)) throw insufficient(words, tag.key);
}

/** Lake Formation's refusal, which names what would be needed. */
export function insufficient(words: string, on: string): AwsError {
  return new AwsError('AccessDeniedException', `Insufficient Lake Formation permission(s): Required ${words} on ${on}`);
}

function checkLengths(call: Call, texts: readonly string[]): void {
  const longest = call.world.switch('lf-tag-length') === '50' ? 50 : 256;
  const long = texts.find((text) => text.length > longest);
  if (long !== undefined) throw invalidInput(`LF-Tag keys and values have at most ${longest} characters: ${long}`);
}

function grantToCreator(call: Call, catalog: LakeFormationCatalog, key: string): void {
  if (isAdmin(call.world, call.caller, call.region)) return;
  catalog.grants.add({
    principal: call.caller.arn,
    ref: { kind: 'tag', catalog: call.account, key, values: ['*'] },
    permissions: new Set(ofCreator),
    grantable: new Set(ofCreator),
    shares: [],
    updated: call.world.now(),
    by: call.caller.arn,
    shows: () => true,
  });
}

/** LF-Tags are made and changed at home only. */
export function catalogOf(call: Call, catalogId: string | undefined): LakeFormationCatalog {
  if (catalogId !== undefined && catalogId !== call.account)
    throw new AwsError('AccessDeniedException', 'Cross account access to LF-Tags is not allowed for this operation.');
  return lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
}
