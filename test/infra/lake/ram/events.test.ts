import { PutResourcePolicyCommand } from '@aws-sdk/client-glue';
import { afterEach, expect, test } from 'vitest';
import { acceptAll, consumer, database, grant, prepared, producer } from '../lakeformation/lakes.ts';
import { hours } from './shares.ts';

let lakes: Awaited<ReturnType<typeof prepared>>;
afterEach(() => lakes.close());

async function events(): Promise<string[]> {
  const all = await lakes.lake.control.events();
  const ours = all.filter(({ source }) => source === 'aws.ram');
  return ours.map(({ account, detail }) => [account, detail['event'], detail['status']].join(' '));
}

const share = () => grant(lakes.owner, consumer, database(), ['DESCRIBE'], ['DESCRIBE']);

test('RAM-40 both sides hear of an association, the owner of an invitation', async () => {
  lakes = await prepared();
  await share();
  await acceptAll(lakes.taker);
  expect(await events()).toEqual([
    `${producer} Resource Share Invitation pending`,
    `${producer} Resource Share Association associated`,
    `${consumer} Resource Share Association associated`,
  ]);
  const [one] = (await lakes.lake.control.events()).filter(({ source }) => source === 'aws.ram');
  expect(one).toMatchObject({ 'detail-type': 'Resource Sharing State Change', resources: [] });
  expect(Object.keys(one?.detail ?? {})).toEqual(['event', 'status']);
});

test('RAM-40 switches tell more, and the receiver too', async () => {
  lakes = await prepared({ switches: { 'ram-event-fields': 'share', 'ram-invitation-event': 'receiver' } });
  await share();
  expect(await events()).toEqual([
    `${producer} Resource Share Invitation pending`,
    `${consumer} Resource Share Invitation pending`,
  ]);
  const [one] = (await lakes.lake.control.events()).filter(({ source }) => source === 'aws.ram');
  expect(one?.resources).toEqual([one?.detail['resourceShareArn']]);
});

test('RAM-40 failures are the owner’s to hear, and so is what expired', async () => {
  lakes = await prepared();
  const Resource = [`arn:aws:glue:ap-northeast-1:${producer}:*`];
  const Statement = [
    { Effect: 'Allow', Action: 'glue:GetTable', Principal: { AWS: `arn:aws:iam::${consumer}:root` }, Resource },
  ];
  const PolicyInJson = JSON.stringify({ Version: '2012-10-17', Statement });
  await lakes.root(producer).glue.send(new PutResourcePolicyCommand({ PolicyInJson }));
  await share();
  await lakes.lake.control.moveClock(hours(12));
  await acceptAll(lakes.taker);
  expect(await events()).toEqual([
    `${producer} Resource Share Association failed`,
    `${producer} Resource Share Invitation pending`,
    `${producer} Resource Share Association disassociated`,
  ]);
});
