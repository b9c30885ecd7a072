/** The catalog's resource policy and its encryption settings: documents that are written whole. */

import { createHash } from 'node:crypto';
import type {
  DeleteResourcePolicyRequest,
  GetDataCatalogEncryptionSettingsRequest,
  GetResourcePoliciesRequest,
  GetResourcePolicyRequest,
  GluePolicy,
  PutDataCatalogEncryptionSettingsRequest,
  PutResourcePolicyRequest,
} from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../service.ts';
import { invalidInput, notFound } from './errors.ts';
import { required } from './input.ts';
import { catalogArn, placeOf } from './names.ts';
import { pageOfList } from './paging.ts';
import { policiesOfShares } from './shares.ts';
import type { CatalogPolicy, GlueCatalog } from './state.ts';
import { catalogOf } from './state.ts';

/** Glue's limit for a catalog's policy. */
const policyBytes = 10_240;

function putResourcePolicy(call: Call, input: PutResourcePolicyRequest): object {
  const catalog = ownCatalog(call);
  requireCatalogResource(catalog, input.ResourceArn);
  const text = required(input.PolicyInJson, 'PolicyInJson');
  requireDocument(text);
  requireConditions(catalog, input);
  // A put that doesn't say the catalog is shared both ways would cut off what RAM shares.
  if (input.EnableHybrid !== 'TRUE' && policiesOfShares(call.world, catalog).length > 0)
    throw invalidInput('Resource policy cannot be set without EnableHybrid TRUE: the catalog is shared through RAM.');
  const now = new Date(call.world.now());
  const hash = createHash('sha256').update(`${text}${now.getTime()}`).digest('base64');
  catalog.policy = { text, hash, createTime: catalog.policy?.createTime ?? now, updateTime: now };
  return { PolicyHash: hash };
}

function getResourcePolicy(call: Call, input: GetResourcePolicyRequest): object {
  const catalog = ownCatalog(call);
  if (input.ResourceArn !== undefined && input.ResourceArn !== catalogArn(catalog)) {
    const shared = policiesOfShares(call.world, catalog).find((each) => each.resource === input.ResourceArn);
    if (!shared) throw notFound(`Policy not found for ${input.ResourceArn}.`);
    return answer({ text: shared.text, hash: hashOf(shared.text), createTime: shared.time, updateTime: shared.time });
  }
  return answer(existing(catalog));
}

function deleteResourcePolicy(call: Call, input: DeleteResourcePolicyRequest): object {
  const catalog = ownCatalog(call);
  requireCatalogResource(catalog, input.ResourceArn);
  requireConditions(catalog, { PolicyHashCondition: input.PolicyHashCondition });
  existing(catalog);
  catalog.policy = undefined;
  return {};
}

function getResourcePolicies(call: Call, input: GetResourcePoliciesRequest): object {
  const catalog = ownCatalog(call);
  const shared = policiesOfShares(call.world, catalog).map(({ text, time }) =>
    answer({ text, hash: hashOf(text), createTime: time, updateTime: time }),
  );
  const all = catalog.policy ? [answer(catalog.policy), ...shared] : shared;
  const page = pageOfList(all, input, 1000);
  return { GetResourcePoliciesResponseList: page.items, NextToken: page.NextToken };
}

function ownCatalog(call: Call): GlueCatalog {
  return catalogOf(call.world.glue, call.account, call.region);
}

function existing(catalog: GlueCatalog): CatalogPolicy {
  if (!catalog.policy) throw notFound('Policy not found');
  return catalog.policy;
}

function answer(policy: CatalogPolicy): GluePolicy {
  const { text, hash, createTime, updateTime } = policy;
  return { PolicyInJson: text, PolicyHash: hash, CreateTime: createTime, UpdateTime: updateTime };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function requireCatalogResource(catalog: GlueCatalog, resource: string | undefined): void {
  if (resource !== undefined && resource !== catalogArn(catalog))
    throw invalidInput('Resource policies of single resources are managed by RAM.');
}

type Conditions = Pick<PutResourcePolicyRequest, 'PolicyHashCondition' | 'PolicyExistsCondition'>;

function requireConditions(catalog: GlueCatalog, conditions: Conditions): void {
  const { PolicyExistsCondition: exists, PolicyHashCondition: hash } = conditions;
  if (exists === 'MUST_EXIST' && !catalog.policy) throw conditionFailed('Policy does not exist');
  if (exists === 'NOT_EXIST' && catalog.policy) throw conditionFailed('Policy exists');
  if (hash !== undefined && hash !== catalog.policy?.hash) throw conditionFailed('Policy hash does not match');
}

function conditionFailed(why: string): AwsError {
  return new AwsError('ConditionCheckFailureException', why);
}

function requireDocument(text: string): void {
  if (Buffer.byteLength(text) > policyBytes) throw invalidInput('Resource policy size exceeds the limit.');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw invalidInput('Invalid policy: not JSON.');
  }
  for (const statement of statementsOf(document)) {
    for (const member of ['Effect', 'Principal', 'Action', 'Resource']) {
      // `NotPrincipal` and the like do; `Not` + member keeps the check to one line.
      if (!(member in statement) && !(`Not${member}` in statement))
        throw invalidInput(`Invalid policy: a statement lacks ${member}.`);
    }
  }
}

function statementsOf(document: unknown): object[] {
  const given = typeof document === 'object' && document !== null && 'Statement' in document ? document.Statement : [];
  const statements: unknown[] = Array.isArray(given) ? given : [given];
  const objects = statements.filter((each): each is object => typeof each === 'object' && each !== null);
  if (objects.length === 0 || objects.length < statements.length) throw invalidInput('Invalid policy: no statement.');
  return objects;
}

function getEncryption(call: Call, input: GetDataCatalogEncryptionSettingsRequest): object {
  const place = placeOf(call, input.CatalogId);
  return { DataCatalogEncryptionSettings: catalogOf(call.world.glue, place.account, place.region).encryption };
}

function putEncryption(call: Call, input: PutDataCatalogEncryptionSettingsRequest): object {
  const place = placeOf(call, input.CatalogId);
  const catalog = catalogOf(call.world.glue, place.account, place.region);
  catalog.encryption = required(input.DataCatalogEncryptionSettings, 'DataCatalogEncryptionSettings');
  return {};
}

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
  GetResourcePolicies: getResourcePolicies,
  GetDataCatalogEncryptionSettings: getEncryption,
  PutDataCatalogEncryptionSettings: putEncryption,
};
