/** Hybrid access mode: for whom Lake Formation counts, resource by resource. */

import type { CreateLakeFormationOptInRequest, ListLakeFormationOptInsRequest } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import { pageOf } from '../glue/paging.ts';
import type { Call } from '../service.ts';
import { checkVisible, notAuthorized } from './authority.ts';
import { isAdmin, parsePrincipal } from './principals.ts';
import { invalidInput, key, keyOf, type Ref, refOf, resourceOf } from './resources.ts';
import { lakeCatalogOf } from './state.ts';

const mostPerPage = 1000;

/** Opts a principal in to a database or table. Throws for who is no administrator, and where it is opted in already. */
export function createLakeFormationOptIn(call: Call, input: CreateLakeFormationOptInRequest): object {
  const { principal, ref, at } = optInOf(call, input);
  checkVisible(call, ref);
  const { optIns } = catalogOf(call);
  if (optIns.has(at)) throw new AwsError('InvalidInputException', 'The principal is opted in to the resource already.');
  optIns.set(at, {
    Principal: { DataLakePrincipalIdentifier: principal },
    Resource: resourceOf(ref),
    LastModified: new Date(call.world.now()),
    LastUpdatedBy: call.caller.arn,
  });
  return {};
}

/** Ends an opt-in; `EntityNotFoundException` where there is none. */
export function deleteLakeFormationOptIn(call: Call, input: CreateLakeFormationOptInRequest): object {
  const { at } = optInOf(call, input);
  if (!catalogOf(call).optIns.delete(at))
    throw new AwsError('EntityNotFoundException', 'The principal is not opted in to the resource.');
  return {};
}

/** One page of the catalog's opt-ins, by principal, resource or both. */
export function listLakeFormationOptIns(call: Call, input: ListLakeFormationOptInsRequest): object {
  const wanted = input.Principal?.DataLakePrincipalIdentifier;
  const resource = input.Resource === undefined ? undefined : keyOf(refOf(input.Resource, call.account));
  const { items, NextToken } = pageOf(catalogOf(call).optIns, input, mostPerPage, (one, at) => {
    const principal = one.Principal?.DataLakePrincipalIdentifier ?? '';
    if (wanted !== undefined && principal !== wanted) return undefined;
    return resource === undefined || at === key(principal, resource) ? one : undefined;
  });
  return { LakeFormationOptInsInfoList: items, ...(NextToken === undefined ? {} : { NextToken }) };
}

/** Administrators only, for databases and tables, never by tag. */
function optInOf(call: Call, input: CreateLakeFormationOptInRequest): { principal: string; ref: Ref; at: string } {
  if (!isAdmin(call.world, call.caller, call.region)) throw notAuthorized();
  if (input.Condition !== undefined)
    throw new AwsError('NotImplemented', 'The lake does not evaluate Condition.', { status: 501 });
  const id = input.Principal?.DataLakePrincipalIdentifier ?? '';
  const principal = parsePrincipal(id);
  if (!principal || principal.kind === 'everyone') throw invalidInput(`Invalid principal, ${id}`);
  const ref = refOf(input.Resource, call.account);
  if (ref.kind !== 'database' && ref.kind !== 'table')
    throw invalidInput('Only databases and tables can be opted in to.');
  return { principal: principal.id, ref, at: key(principal.id, keyOf(ref)) };
}

function catalogOf(call: Call) {
  return lakeCatalogOf(call.world.lakeFormation, call.account, call.region);
}
