/**
 * Law 13 over sequences of policies: whatever was taken out on the way, the schedule's looks take it back, and what
 * stands at the end is what a world has that knew the last policy only. What others granted is never touched.
 */

import { GetDataLakeSettingsCommand, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANALYTICS, CUR, FINANCE, JOB, readerArn } from '../../infra/local/scenes/places.ts';
import { grantByHand, root } from '../support/aws-console.ts';
import { demoPolicy } from '../support/demo-policy.ts';
import type { InProcess } from '../support/in-process.ts';
import { crawled, type Step, scenario } from '../support/scenario.ts';
import { stateOf } from '../support/state.ts';
import { openIn, sweepUntilClean } from '../support/sweeping.ts';

interface Shape {
  readonly products: readonly string[];
  readonly nobody: boolean;
  readonly describes: boolean;
  readonly link: string;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  products: fc.subarray(['cur', 'hr']),
  nobody: fc.boolean(),
  describes: fc.boolean(),
  link: fc.constantFrom('cur_org_linked', 'cur_other'),
});

const policyOf = ({ products, nobody, describes, link }: Shape) =>
  demoPolicy('demo-revoke', (document) => {
    for (const name of Object.keys(document.products)) if (!products.includes(name)) delete document.products[name];
    const { cur } = document.products;
    if (cur === undefined) return;
    cur.consumers.link = link;
    if (nobody) cur.audience = { accounts: ['finance-lake'] };
    if (describes) cur.consumers.permissions = ['DESCRIBE'];
  });

/** With which the members' stacks were deployed: our roles know all buckets. */
const deployed = policyOf({ products: ['cur', 'hr'], nobody: false, describes: false, link: CUR.link });

const STRANGER = '444444444444';
/** The owner shares with somebody, by hand. */
const sharedByHand: Step = ({ stage }) =>
  grantByHand(stage, { to: STRANGER, on: { Database: { Name: CUR.database } }, permissions: ['DESCRIBE'] });

/** Both accounts have made our reader an administrator that reads, whatever the policy says. */
const enrolled: Step = async ({ stage }) => {
  for (const account of [FINANCE, ANALYTICS]) {
    const { lakeFormation } = root(stage, account);
    const { DataLakeSettings = {} } = await lakeFormation.send(new GetDataLakeSettingsCommand({}));
    const reader = { DataLakePrincipalIdentifier: `arn:aws:iam::${account}:role/onramp/onramp-reader` };
    const ReadOnlyAdmins = [...(DataLakeSettings.ReadOnlyAdmins ?? []), reader];
    const next = { ...DataLakeSettings, ReadOnlyAdmins };
    await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings: next }));
  }
};

/** What we gave and made, and what others have: without our own roles' rights, and the owner's before. */
async function endOf(cloud: InProcess) {
  const { permissions, links, bucketPolicy } = await stateOf(cloud.stage);
  const about = [` ${ANALYTICS} `, ` ${STRANGER} `, ` ${readerArn(JOB)} `];
  return {
    permissions: permissions.filter((row) => about.some((who) => row.includes(who))),
    links: links.filter((row) => row.startsWith(ANALYTICS) && !row.includes(': default')),
    bucketPolicy,
  };
}

test('any sequence of policies ends as the last one alone (law 13)', { timeout: 300_000 }, async () => {
  const runs = Number(process.env['ONRAMP_RUNS'] ?? 3);
  await fc.assert(
    fc.asyncProperty(fc.array(shapes, { minLength: 2, maxLength: 3 }), async (sequence) => {
      const policies = sequence.map(policyOf);
      const last = policies.at(-1);
      if (last === undefined) return;
      const [cloud, alone] = [
        await scenario(deployed, [crawled, enrolled, sharedByHand]),
        await scenario(deployed, [crawled, enrolled, sharedByHand]),
      ];
      try {
        for (const policy of policies) await sweepUntilClean(cloud, policy);
        await sweepUntilClean(alone, last);
        expect(await endOf(cloud)).toEqual(await endOf(alone));
        const causes = async (of: InProcess) =>
          (await openIn(of, last)).map(({ hop, cause }) => `${hop} ${cause}`).sort();
        expect(await causes(cloud)).toEqual(await causes(alone));
      } finally {
        await cloud.close();
        await alone.close();
      }
    }),
    { numRuns: runs, seed: 13 },
  );
});
