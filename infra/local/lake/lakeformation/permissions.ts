/** GrantPermissions, RevokePermissions and their batches. */

import type {
  BatchGrantPermissionsRequest,
  BatchPermissionsFailureEntry,
  BatchPermissionsRequestEntry,
  GrantPermissionsRequest,
} from '@aws-sdk/client-lakeformation';
import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';
import { checkCatalog } from './authority.ts';
import { type Entry, grant } from './grant.ts';
import { invalidInput } from './resources.ts';
import { revoke } from './revoke.ts';

const mostEntries = 20;

type Change = (call: Call, entry: Entry) => Promise<void>;

/** Grants, or throws AWS's refusal. */
export async function grantPermissions(call: Call, input: GrantPermissionsRequest): Promise<object> {
  checkCatalog(call, input.CatalogId, input);
  await grant(call, input);
  return {};
}

/** Revokes all that is named, or throws AWS's refusal. */
export async function revokePermissions(call: Call, input: GrantPermissionsRequest): Promise<object> {
  checkCatalog(call, input.CatalogId, input);
  await revoke(call, input);
  return {};
}

/** Grants up to twenty entries: those that failed, each with its error. */
export function batchGrantPermissions(call: Call, input: BatchGrantPermissionsRequest): Promise<object> {
  return batch(call, input, grant);
}

/** Revokes up to twenty entries: those that failed, each with its error. */
export function batchRevokePermissions(call: Call, input: BatchGrantPermissionsRequest): Promise<object> {
  return batch(call, input, revoke);
}

/** A batch answers 200 however many of its entries failed: each failure is told with its entry. */
async function batch(call: Call, input: BatchGrantPermissionsRequest, change: Change): Promise<object> {
  const entries = input.Entries ?? [];
  if (entries.length > mostEntries) throw invalidInput(`At most ${mostEntries} entries are allowed in a batch.`);
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw invalidInput('The ids of the entries must be unique.');
  const Failures: BatchPermissionsFailureEntry[] = [];
  for (const [index, entry] of entries.entries()) {
    const error = await tried(call, input, entry, index, change);
    if (error) Failures.push({ RequestEntry: entry, Error: error });
  }
  return { Failures };
}

async function tried(
  call: Call,
  input: BatchGrantPermissionsRequest,
  entry: BatchPermissionsRequestEntry,
  index: number,
  change: Change,
): Promise<BatchPermissionsFailureEntry['Error']> {
  const fault = call.world.faults.entry(call, index, entry);
  if (fault) return { ErrorCode: fault.code, ErrorMessage: fault.message };
  try {
    checkCatalog(call, input.CatalogId, entry);
    await change(call, entry);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError && error.status < 500) return { ErrorCode: error.name, ErrorMessage: error.message };
    throw error;
  }
}
