import { expect, test } from 'vitest';
import { type Purpose, sessionPolicyFor } from '#aws/session-policy.ts';

const PURPOSES: readonly Purpose[] = [
  'observe',
  'settings',
  'catalog-policy',
  'exposure',
  'share',
  'accept',
  'link',
  'grant',
  'storage',
];
const place = { partition: 'aws-us-gov', account: '111111111111', region: 'us-gov-west-1' } as const;
const longest = {
  ...place,
  database: 'd'.repeat(150),
  bucket: 'b'.repeat(63),
  key: 'arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/00000000-0000-0000-0000-000000000000',
};

interface Document {
  Statement: { Effect: string; Action: string[]; Resource: string[] }[];
}
const statements = (purpose: Purpose, options: object = longest) =>
  (JSON.parse(sessionPolicyFor({ ...longest, ...options, purpose }).text) as Document).Statement;
const actions = (purpose: Purpose) => statements(purpose).flatMap((statement) => statement.Action);

test.for(PURPOSES)('%s fits the 2,048 characters STS takes', (purpose) => {
  expect(sessionPolicyFor({ ...longest, purpose }).text.length).toBeLessThanOrEqual(2048);
});

test('observing writes nothing', () => {
  for (const action of actions('observe')) expect(action).toMatch(/^[a-z0-9]+:(Get|List|Search)/);
});

test.for(PURPOSES)('%s names every action', (purpose) => {
  for (const action of actions(purpose)) expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
});

test('a purpose’s writes are its own', () => {
  const writers = (action: string) => PURPOSES.filter((purpose) => actions(purpose).includes(action));
  expect(writers('lakeformation:PutDataLakeSettings')).toEqual(['settings']);
  expect(writers('glue:UpdateDatabase')).toEqual(['exposure']);
  expect(writers('glue:CreateDatabase')).toEqual(['link']);
  expect(writers('ram:AcceptResourceShareInvitation')).toEqual(['accept']);
  expect(writers('ram:CreateResourceShare')).toEqual(['share']);
  expect(writers('s3:PutBucketPolicy')).toEqual(['storage']);
  expect(writers('kms:PutKeyPolicy')).toEqual(['storage']);
});

test('what AWS knows by ARN is named by ARN, in the right partition', () => {
  const storage = statements('storage', { bucket: 'cur' });
  expect(storage[0]?.Resource).toEqual(['arn:aws-us-gov:s3:::cur']);
  expect(storage[1]?.Resource).toEqual([longest.key]);
  expect(statements('exposure', { database: 'cur_org' })[1]?.Resource).toEqual([
    'arn:aws-us-gov:glue:us-gov-west-1:111111111111:catalog',
    'arn:aws-us-gov:glue:us-gov-west-1:111111111111:database/cur_org',
    'arn:aws-us-gov:glue:us-gov-west-1:111111111111:table/cur_org/*',
  ]);
});

test('storage without a key says nothing about keys', () => {
  const { key: _, ...keyless } = longest;
  const text = sessionPolicyFor({ ...keyless, purpose: 'storage' }).text;
  expect(text).not.toContain('kms:');
});

test('the hash tells policies apart and is the same for the same', () => {
  const one = sessionPolicyFor({ ...place, purpose: 'grant' });
  expect(sessionPolicyFor({ ...place, purpose: 'grant' })).toEqual(one);
  expect(sessionPolicyFor({ ...place, purpose: 'accept' }).hash).not.toBe(one.hash);
});
