/** sec-5: a write that AWS took and does not show yet is unsure, as a cut is; nobody overwrote it, and it stays ours. */

import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { afterEach, describe, expect, test } from 'vitest';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import { mayStand } from '#core/ownership.ts';
import { CUR, FINANCE, REGION } from '../../infra/local/scenes/places.ts';
import { putCatalogPolicy, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { bucketPolicy, catalogPolicy, keyPolicy, showLate } from '../support/late.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, scopeOf } from '../support/scopes.ts';

const KEY = `arn:aws:kms:${REGION}:${FINANCE}:key/`;
const SCOPE = scopeOf(CUR);
const COLLEAGUES = {
  Sid: 'Colleagues',
  Effect: 'Allow',
  Principal: { AWS: '444444444444' },
  Action: 'glue:GetTables',
  Resource: `arn:aws:glue:${REGION}:${FINANCE}:*`,
};

let cloud: InProcess;
afterEach(() => cloud.close());

interface Kind {
  /** Beginning of the entry's target. */
  readonly target: string;
  readonly cause: string;
  /** @returns the policy under which the document is written, late by `ms`. */
  open(ms: number): Promise<Policy>;
}

async function begin(policy: Policy): Promise<Policy> {
  cloud = await scenario(policy, [crawled]);
  return policy;
}

/** As our stacks do for the keys of the policy. */
async function letUse(key: string): Promise<void> {
  const Statement = [{ Effect: 'Allow', Action: 'kms:*', Resource: key }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  for (const RoleName of ['onramp-reader', 'onramp-storage'])
    await root(cloud.stage, FINANCE).iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'key', PolicyDocument }),
    );
}

const KINDS: readonly Kind[] = [
  {
    target: 'settings ',
    cause: 'merge-settings-missing',
    open: async (ms) => {
      const policy = await begin(demoPolicy('demo-share'));
      await cloud.stage.control.delay('lakeformation', 'settings', { ms });
      return policy;
    },
  },
  {
    target: 'bucket ',
    cause: 'merge-bucket-policy-missing',
    open: async (ms) => {
      const policy = await begin(demoPolicy('demo-share'));
      await showLate(cloud, bucketPolicy(cloud), ms);
      return policy;
    },
  },
  {
    target: 'catalog policy ',
    cause: 'merge-catalog-policy-missing',
    open: async (ms) => {
      const policy = await begin(demoPolicy('demo-share'));
      await putCatalogPolicy(cloud.stage, [COLLEAGUES]);
      await showLate(cloud, catalogPolicy(cloud), ms);
      return policy;
    },
  },
  {
    target: 'key ',
    cause: 'merge-key-policy-missing',
    open: async (ms) => {
      await begin(demoPolicy('demo-share'));
      const { KeyMetadata } = await root(cloud.stage, FINANCE).kms.send(new CreateKeyCommand({}));
      const id = KeyMetadata?.KeyId ?? '';
      await letUse(`${KEY}${id}`);
      await showLate(cloud, keyPolicy(cloud, id), ms);
      return demoPolicy('demo-share', ({ products }) => {
        if (products['cur']) products['cur'].storage.key = `${KEY}${id}`;
      });
    },
  },
];

async function entryOf(kind: Kind): Promise<Entry | undefined> {
  const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
  return entries.find(({ target }) => target.startsWith(kind.target));
}

/** The producer's: each account has settings of its own. */
const found = async () => (await openFindings(cloud)).filter(({ account }) => account === FINANCE);

describe.each(KINDS)('$cause', (kind) => {
  test('shown after nine seconds, it is confirmed, and nobody is told of anything', async () => {
    const policy = await kind.open(9_000);
    await cloud.settle(SCOPE, policy);
    expect(await entryOf(kind)).toMatchObject({ state: 'confirmed', error: null });
    expect((await found()).map(({ cause }) => cause)).not.toContain(kind.cause);
    expect(JSON.stringify(cloud.told)).not.toContain('overwritten');
  });

  test('shown after three minutes, it is told as not shown, and stays ours until a look finds it', async () => {
    const policy = await kind.open(3 * 60_000);
    await cloud.settle(SCOPE, policy);
    const unsure = await entryOf(kind);
    expect(unsure).toBeDefined();
    expect(unsure !== undefined && mayStand(unsure)).toBe(true);
    const [missing] = (await found()).filter(({ cause }) => cause === kind.cause);
    expect(missing?.message).toContain('AWS took our write');
    await cloud.later(4 * 60_000);
    await cloud.settle(SCOPE, policy);
    await cloud.settle(SCOPE, policy);
    expect(await entryOf(kind)).toMatchObject({ state: 'confirmed', error: null });
    expect((await found()).map(({ cause }) => cause)).not.toContain(kind.cause);
  });
});
