/** A lake with the demo's accounts and our roles, and the credentials a person would have in it. */

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { memberRolePath } from '#contracts/names.ts';
import { localClient } from '../../infra/local/clients.ts';
import { HUB, REGION } from '../../infra/local/scenes/places.ts';
import { hubRoleArn, hubRoleName } from '../../infra/names.ts';
import { inProcess } from '../support/in-process.ts';

export const DEMO = 'test/fixtures/policies/demo.yaml';

export async function cloud() {
  const { policy } = loadPolicyFile(DEMO);
  const running = await inProcess(policy);
  await makePlanRole(running.lake.url, policy.namespace);
  /** In the local cloud a 12-digit access key id is that account's root. */
  const as = (account: string) => ({
    AWS_ENDPOINT_URL: running.lake.url,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: REGION,
  });
  /** As the hub's plan role, as somebody who may assume it would be. */
  const asPlanner = async () => {
    const role = hubRoleArn({ partition: 'aws', account: HUB, namespace: policy.namespace, purpose: 'plan' });
    const given = await running.lake.control.credentials(role, { sessionName: 'person' });
    return {
      ...as(HUB),
      AWS_ACCESS_KEY_ID: given.accessKeyId,
      AWS_SECRET_ACCESS_KEY: given.secretAccessKey,
      AWS_SESSION_TOKEN: given.sessionToken,
    };
  };
  const lakeFormation = (account: string) =>
    new LakeFormationClient(localClient({ endpoint: running.lake.url, account, region: REGION }));
  return { ...running, policy, as, asPlanner, lakeFormation };
}

async function makePlanRole(endpoint: string, namespace: string): Promise<void> {
  const iam = new IAMClient(localClient({ endpoint, account: HUB, region: REGION }));
  const RoleName = hubRoleName(namespace, 'plan');
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
  const trust = document({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB}:root` }, Action: 'sts:AssumeRole' });
  const Path = memberRolePath(namespace);
  await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust }));
  const PolicyDocument = document({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: `arn:aws:iam::*:role${Path}*`,
  });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'members', PolicyDocument }));
}
