/** The function `organization` on a lake: its role in the management account, and what it keeps, in memory. */

import { createAccess } from '#aws/clients.ts';
import { readParts } from '#aws/organization-parts.ts';
import type { PolicyChangedDetail } from '#contracts/events.ts';
import type { Ledger } from '#contracts/ledger.ts';
import { memberRoleName, memberRolePath } from '#contracts/names.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import type { StoredResolution } from '#contracts/resolution.ts';
import { createMemoryLedger } from '#core/memory-ledger.ts';
import { policyHash, resolvePinned } from '#core/policy.ts';
import { type OrganizationServices, resolveOrganization } from '../../functions/handlers/organization.ts';
import type { RunningLake } from '../../infra/local/lake/start.ts';
import { HUB, MANAGEMENT, ORGANIZATION, REGION } from '../../infra/local/scenes/places.ts';
import type { Stage } from '../../infra/local/scenes/world.ts';
import { hubRoleArn, hubRoleName } from '../../infra/names.ts';
import { ORGANIZATION_ACTIONS } from '../../infra/stacks/organization-stack.ts';
import { makeRole } from './own-roles.ts';

const NAMESPACE = 'onramp';
const FUNCTION = hubRoleArn({ partition: 'aws', account: HUB, namespace: NAMESPACE, purpose: 'organization' });

/** As the stack of the management account makes it. */
export async function makeOrganizationRole(stage: Stage): Promise<void> {
  const path = memberRolePath(NAMESPACE);
  await makeRole(stage, HUB, {
    name: hubRoleName(NAMESPACE, 'organization'),
    path,
    trust: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    statements: [
      {
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Resource: `arn:aws:iam::*:role${path}${memberRoleName(NAMESPACE, 'Organization')}`,
      },
    ],
  });
  await makeRole(stage, MANAGEMENT, {
    name: memberRoleName(NAMESPACE, 'Organization'),
    path,
    trust: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${HUB}:root` },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION }, ArnLike: { 'aws:PrincipalArn': [FUNCTION] } },
    },
    statements: [{ Effect: 'Allow', Action: [...ORGANIZATION_ACTIONS], Resource: '*' }],
  });
}

type Kept = { current: PolicyDocument | null; deployed: PolicyDocument; resolution: StoredResolution | null };

/** Deploys a policy to it, asks it, and tells what came of it. */
export function openOrganization(lake: RunningLake, deployed: PolicyDocument, ledger: Ledger = createMemoryLedger()) {
  // Anew for every question: time goes by between them, and credentials end.
  const access = () =>
    createAccess({
      partition: 'aws',
      namespace: NAMESPACE,
      rolePath: memberRolePath(NAMESPACE),
      sessionName: 'organization',
      baseCredentials: () => lake.control.credentials(FUNCTION, { sessionName: 'organization' }),
      retryDelayMs: 1,
      requestHandler: lake.requestHandler,
    });
  const kept: Kept = { current: null, deployed, resolution: null };
  const woken: PolicyChangedDetail[] = [];
  const told: string[] = [];
  const stored = (document: PolicyDocument) => ({ hash: policyHash(document), document });
  const quiet = { decision: () => {}, write: () => {}, trouble: () => {}, with: () => quiet };
  const services: OrganizationServices = {
    region: REGION,
    ledger,
    policies: {
      current: async () => (kept.current === null ? null : stored(kept.current)),
      deployed: async () => stored(kept.deployed),
      put: async ({ document }) => void Object.assign(kept, { current: document }),
      resolution: async () => kept.resolution,
      pin: async (resolution) => void Object.assign(kept, { resolution }),
    },
    read: ({ id, managementAccount: account }, parts) =>
      readParts(access().member({ account, region: REGION, role: 'Organization' }), { organization: id, parts }),
    putEvent: async ({ detailType, detail }) => {
      if (detailType === 'Onramp Policy Changed') woken.push(detail as PolicyChangedDetail);
    },
    publish: async ({ subject }) => void told.push(subject),
    clock: { now: () => lake.world.now(), sleep: (ms) => lake.control.moveClock(ms) },
    log: quiet,
  };
  /** The policy in force; null: none is. */
  const inForce = (): Policy | null =>
    kept.current === null ? null : resolvePinned(kept.current, policyHash(kept.current), kept.resolution);
  const ask = () =>
    resolveOrganization('arn:aws:lambda:ap-northeast-1:333333333333:function:onramp-organization', services);
  return { kept, woken, told, ledger, services, inForce, ask };
}
