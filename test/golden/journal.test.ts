/** What a page says is what AWS was asked for, whatever the batch, the order of members, or RAM's random ids. */

import { describe, expect, test } from 'vitest';
import type { Exchange } from '../../infra/local/lake/start.ts';
import { deedsOf } from './deeds.ts';
import { pageOf } from './page.ts';

const OWNER = '111111111111';
const READER = '222222222222';

interface Told {
  readonly error?: string;
  readonly answer?: object;
}

/** A call of our operator, as a witness is told of it. */
function call(action: string, input: Readonly<Record<string, unknown>>, { error, answer = {} }: Told = {}): Exchange {
  const [service = '', operation = ''] = action.split(':');
  const about = { account: OWNER, region: 'ap-northeast-1', service, operation, caller: '', time: '' };
  const outcome = error === undefined ? { status: 200 } : { status: 400, error };
  const times = { durationMs: 1, started: 0, ended: 1 };
  return { ...about, ...outcome, ...times, kind: 'write', input: () => input, answer: JSON.stringify(answer) };
}

const page = (...calls: readonly Exchange[]) => {
  const deeds = calls.flatMap((one) =>
    deedsOf(one, 'operator', () => ({ sender: OWNER, receiver: READER, share: 'database', databases: ['a'] })),
  );
  return pageOf(deeds);
};
const lines = (...calls: readonly Exchange[]) => page(...calls).match(/^ .*$/gm);

describe('grants', () => {
  const entry = (Id: string, Name: string) => ({
    Id,
    Principal: { DataLakePrincipalIdentifier: READER },
    Resource: { Database: { Name } },
    Permissions: ['DESCRIBE'],
  });
  const grant = (names: readonly string[], told?: Told) => {
    const Entries = names.map((name, i) => entry(String(i), name));
    return call('lakeformation:BatchGrantPermissions', { Entries }, told);
  };
  const line = (name: string) => `  database ${OWNER}/${name}: lakeformation:Grant DESCRIBE to ${READER}`;

  test('are the same lines in one batch, in two, one by one, and with their entries turned round', () => {
    const { Id: _, ...single } = entry('0', 'a');
    expect(lines(grant(['a', 'b']))).toEqual([line('a'), line('b')]);
    expect(page(grant(['b']), grant(['a']))).toBe(page(grant(['a', 'b'])));
    expect(page(call('lakeformation:GrantPermissions', single))).toBe(page(grant(['a'])));
  });

  test('that AWS refuses inside a batch have its code, and their neighbours have not', () => {
    const Failures = [{ RequestEntry: entry('1', 'gone'), Error: { ErrorCode: 'EntityNotFoundException' } }];
    const refused = `${line('gone')} → EntityNotFoundException`;
    expect(lines(grant(['a', 'gone'], { answer: { Failures } }))).toEqual([line('a'), refused]);
  });

  test('of a call that fails whole all have its code, and count as often as they are sent', () => {
    const failed = grant(['a', 'b'], { error: 'ThrottlingException' });
    const code = ' → ThrottlingException';
    expect(lines(failed)).toEqual([line('a') + code, line('b') + code]);
    expect(lines(grant(['a']), grant(['a']))).toEqual([line('a').replace('  ', '  2× ')]);
  });
});

test('tags are told key by key and column by column, with the outcome of each', () => {
  const LFTags = ['pii', 'none'].map((TagKey) => ({ TagKey, TagValues: ['true'] }));
  const TableWithColumns = { DatabaseName: 'a', Name: 't', ColumnNames: ['y', 'x'] };
  const Failures = [{ LFTag: { TagKey: 'none' }, Error: { ErrorCode: 'EntityNotFoundException' } }];
  const asked = { Resource: { TableWithColumns }, LFTags };
  const told = lines(call('lakeformation:AddLFTagsToResource', asked, { answer: { Failures } }));
  const tagged = (column: string, what: string) =>
    `  columns ${OWNER}/a.t(${column}): lakeformation:AddLFTagsToResource ${what}`;
  const refused = 'none=true → EntityNotFoundException';
  expect(told).toEqual(['x', 'y'].flatMap((column) => [tagged(column, refused), tagged(column, 'pii=true')]));
});

describe('documents', () => {
  const Resource = 'arn:aws:s3:::bucket-b/*';
  const one = { Sid: 'One', Effect: 'Allow', Principal: { AWS: OWNER }, Action: ['s3:GetObject'], Resource };
  const two = { Sid: 'Two', Effect: 'Deny', Principal: '*', Action: ['s3:PutObject', 's3:GetObject'], Resource };
  const put = (...Statement: readonly object[]) => {
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    return page(call('s3:PutBucketPolicy', { Bucket: 'bucket-b', Policy, ExpectedBucketOwner: OWNER }));
  };

  test('that say the same in another order are the same line', () => {
    const { Resource: _, ...rest } = one;
    const turned = { Resource: [Resource], ...rest, Action: 's3:GetObject' };
    expect(put({ ...two, Action: two.Action.toReversed() }, turned)).toBe(put(one, two));
    expect(put(one, two)).toContain('bucket bucket-b: s3:PutBucketPolicy [One#');
  });

  test('that let in somebody else are another line, which says in which statement', () => {
    const hashes = (text: string) => text.match(/#[0-9a-f]{8}\b(?=[,\]])/g) ?? [];
    const [before, after] = [put(one, two), put({ ...one, Principal: { AWS: READER } }, two)].map(hashes);
    expect(after?.[0]).not.toBe(before?.[0]);
    expect(after?.[1]).toBe(before?.[1]);
  });
});

test('an invitation is called the same whatever ids RAM gives it', () => {
  const accept = (resourceShareInvitationArn: string) =>
    page(call('ram:AcceptResourceShareInvitation', { resourceShareInvitationArn }));
  expect(accept('one')).toBe(accept('another'));
  expect(accept('one')).toContain(`invitation from ${OWNER} to ${READER} (database of a)`);
});

test('nothing written is told as such', () => {
  expect(page()).toBe('nothing\n');
});
