/** Whether the owner's catalog lets RAM share something of it. */

import { catalogOf } from '../glue/state.ts';
import { glob } from '../iam/match.ts';
import type { World } from '../service.ts';
import type { Share } from './state.ts';

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Resource?: string | readonly string[];
}

export const notAuthorized = 'Association failed because the caller was not authorized.';

/** The message the association fails with, if it does. */
export function sharingProblem(world: World, share: Share, arn: string): string | undefined {
  if (!arn.includes(':glue:')) return undefined;
  const { policy, encryption } = catalogOf(world.glue, share.owner, share.region);
  const rest = encryption.EncryptionAtRest;
  const managedKey = rest?.SseAwsKmsKeyId === undefined || rest.SseAwsKmsKeyId.endsWith('alias/aws/glue');
  if (rest?.CatalogEncryptionMode?.startsWith('SSE-KMS') && managedKey)
    return 'Association failed because the catalog is encrypted with an AWS managed key.';
  if (!share.lakeFormation || policy === undefined) return undefined;
  return admitsRam(policy.text, arn) ? undefined : notAuthorized;
}

/** A catalog that has a policy must name RAM in it, for `glue:ShareResource` on what is shared. */
function admitsRam(text: string, arn: string): boolean {
  const parsed: { Statement?: Statement | readonly Statement[] } = JSON.parse(text);
  const statements = [parsed.Statement ?? []].flat() as Statement[];
  const fitting = statements.filter(
    ({ Action, Resource, Principal }) =>
      some(Action, 'glue:ShareResource') && some(Resource, arn) && namesRam(Principal),
  );
  return fitting.some(({ Effect }) => Effect === 'Allow') && !fitting.some(({ Effect }) => Effect === 'Deny');
}

function namesRam(principal: unknown): boolean {
  if (principal === '*') return true;
  const { Service, AWS } = (principal ?? {}) as { Service?: string | string[]; AWS?: string | string[] };
  return [AWS ?? []].flat().includes('*') || [Service ?? []].flat().includes('ram.amazonaws.com');
}

function some(patterns: string | readonly string[] | undefined, text: string): boolean {
  return [patterns ?? []].flat().some((pattern) => glob(pattern, text, true));
}
