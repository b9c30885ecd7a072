/** The policy of a file with the accounts of its audiences, as the organization tells them now. */

import type { Access } from '#aws/clients.ts';
import { readParts } from '#aws/organization-parts.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Policy } from '#contracts/policy.ts';
import { lossesOf, resolvedWith } from '#core/organization/parts.ts';
import { partsUsed } from '#core/policy/audiences.ts';
import { resolutionHash, resolvePinned } from '#core/policy.ts';
import type { PolicyFile } from '../policy-file.ts';

/** @throws when the organization would not tell: a plan without its accounts would show them all withdrawn. */
export async function withOrganization({ document, policy }: PolicyFile, access: Access): Promise<Policy> {
  const parts = partsUsed(document);
  if (parts.length === 0) return policy;
  const { id: organization, managementAccount: account } = document.organization;
  const clients = access.member({ account, region: document.hub.region, role: 'Organization' });
  const read = await readParts(clients, { organization, parts });
  for (const [part, told] of Object.entries(read.parts)) {
    if (told.known) continue;
    throw new LakeError('AccessDenied', {
      message: `which accounts ${part} has can't be told: ${told.why.message}`,
      remedy:
        told.why.remedy ?? `deploy the stack ${policy.namespace}-organization into account ${account}, or plan again`,
      ...(told.why.aws ? { aws: told.why.aws } : {}),
    });
  }
  const losses = lossesOf(null, read, { most: 0, now: 0 });
  const { resolution } = resolvedWith(null, read, { organization, losses, isHeld: false, now: 0 });
  return resolvePinned(document, policy.hash, { hash: resolutionHash(resolution), resolution, departed: [] });
}
