/** Others write the documents we write, between our reading and our writing: their part survives, ours is put back. */

import { PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownParts } from '#core/ownership.ts';
import { BUCKET, CUR, FINANCE, JOB, REGION } from '../../infra/local/scenes/places.ts';
import { READ, readAs } from '../../infra/local/scenes/reading.ts';
import { EXPORTER_SID } from '../../infra/local/scenes/world.ts';
import { bucketStatements, putBucketStatements, putCatalogPolicy, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import { entriesIn } from '../support/entries.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, scenario } from '../support/scenario.ts';
import { openFindings, scopeOf } from '../support/scopes.ts';
import { stateOf } from '../support/state.ts';

let cloud: InProcess;
beforeEach(async () => {
  cloud = await scenario(demoPolicy('demo-share'), [crawled]);
});
afterEach(() => cloud.close());

/** Does something the moment after one of our clients was answered a command of this name, so many times. */
function afterCommand(name: string, times: number, meddle: () => Promise<void>): void {
  let left = times;
  cloud.watch(async (command) => {
    if (command !== name || left === 0) return;
    left -= 1;
    await meddle();
  });
}

const theirs = {
  Sid: 'Theirs',
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${FINANCE}:root` },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::cur-export-111111111111/theirs/*',
};

describe('the bucket policy', () => {
  test('is overwritten whole right after our write: theirs survives and ours is written again', async () => {
    const before = await bucketStatements(cloud.stage);
    afterCommand('PutBucketPolicyCommand', 1, () => putBucketStatements(cloud.stage, [...before, theirs]));
    await cloud.settle(scopeOf(CUR));
    const sids = (await bucketStatements(cloud.stage)).map(({ Sid }) => Sid);
    expect(sids).toEqual(expect.arrayContaining([EXPORTER_SID, 'Theirs']));
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('is overwritten after each of our writes: given up, told, theirs stands', async () => {
    const before = await bucketStatements(cloud.stage);
    let times = 0;
    afterCommand('PutBucketPolicyCommand', 100, () => {
      times += 1;
      return putBucketStatements(cloud.stage, [...before, { ...theirs, Sid: `Theirs${times}` }]);
    });
    await cloud.settle(scopeOf(CUR));
    expect((await bucketStatements(cloud.stage)).map(({ Sid }) => Sid)).toEqual([EXPORTER_SID, `Theirs${times}`]);
    const open = (await openFindings(cloud)).filter(({ hop }) => hop === 'storage');
    expect(open.map(({ cause, message }) => [cause, message.includes('overwritten')])).toEqual([
      ['merge-bucket-policy-failed', true],
    ]);
  });
});

test('a write that AWS took stays ours though the next one is given up: what stands of it can be withdrawn (law 4)', async () => {
  let kept: Awaited<ReturnType<typeof bucketStatements>> = [];
  let times = 0;
  afterCommand('PutBucketPolicyCommand', 100, async () => {
    const all = await bucketStatements(cloud.stage);
    kept = all.filter(({ Sid }) => String(Sid).startsWith('onramp')).slice(0, 1);
    times += 1;
    await putBucketStatements(cloud.stage, [{ ...theirs, Sid: `Theirs${times}` }, ...kept]);
  });
  await cloud.settle(scopeOf(CUR));
  const entries = await entriesIn(cloud.ledger, FINANCE, REGION);
  const entry = entries.find(({ target }) => target === `bucket ${BUCKET}`);
  expect(entry?.error?.code).toBe('DocumentChanged');
  expect(kept).toHaveLength(1);
  expect([...ownParts(entry)]).toContain(kept[0]?.['Sid']);
});

describe('the settings (G-S1, G-S2)', () => {
  const someone = 'arn:aws:iam::111111111111:role/lake-admin';

  async function overwrite(): Promise<void> {
    const { lakeFormation } = root(cloud.stage, FINANCE);
    await lakeFormation.send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: someone }],
          ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: '555555555555' }],
          AllowExternalDataFiltering: true,
          TrustedResourceOwners: ['666666666666'],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
  }

  test('are replaced right after our write: all of theirs survives, ours is put back', async () => {
    afterCommand('PutDataLakeSettingsCommand', 1, overwrite);
    await cloud.settle(scopeOf(CUR));
    const { settings } = await stateOf(cloud.stage);
    expect(settings[0]).toMatchObject({
      AllowExternalDataFiltering: true,
      ExternalDataFilteringAllowList: [{ DataLakePrincipalIdentifier: '555555555555' }],
      TrustedResourceOwners: ['666666666666'],
      Parameters: { CROSS_ACCOUNT_VERSION: '4' },
    });
    expect(JSON.stringify(settings[0])).toContain(someone);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });
});

describe('the catalog policy (G-S7)', () => {
  const statement = {
    Sid: 'Colleagues',
    Effect: 'Allow',
    Principal: { AWS: '444444444444' },
    Action: 'glue:GetTables',
    Resource: `arn:aws:glue:ap-northeast-1:${FINANCE}:*`,
  };

  test('without glue:ShareResource gets ours beside what is there, before anything is shared', async () => {
    await putCatalogPolicy(cloud.stage, [statement]);
    await cloud.settle(scopeOf(CUR));
    const { catalogPolicy } = await stateOf(cloud.stage);
    expect(catalogPolicy).toContain('Colleagues');
    expect(catalogPolicy).toContain('glue:ShareResource');
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });

  test('changed between reading and writing: the write is refused by its hash, and merged anew', async () => {
    await putCatalogPolicy(cloud.stage, [statement]);
    let left = 3;
    cloud.watch(async (command, role) => {
      // The third reading is the operator's own, under the document's lease.
      if (command !== 'GetResourcePolicyCommand' || role !== 'Operator' || left === 0) return;
      left = 0;
      await putCatalogPolicy(cloud.stage, [statement, { ...statement, Sid: 'MoreColleagues' }]);
    });
    await cloud.settle(scopeOf(CUR));
    const { catalogPolicy } = await stateOf(cloud.stage);
    for (const part of ['"Colleagues"', 'MoreColleagues', 'glue:ShareResource']) expect(catalogPolicy).toContain(part);
    expect(await readAs(cloud.stage, JOB, CUR)).toEqual(READ);
  });
});
