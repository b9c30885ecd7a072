import { describe, expect, test } from 'vitest';
import { isLakeError } from '#contracts/errors.ts';
import type { Statement } from '#contracts/statements.ts';
import { BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT, mergeKeyStatements, mergeStatements } from '#core/iam/merge.ts';

const owned = (sid: string) => sid.startsWith('onramp');

function ours(sid: string, more: Partial<Statement> = {}): Statement {
  return {
    Sid: sid,
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: ['arn:aws:s3:::cur-export', 'arn:aws:s3:::cur-export/*'],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
    ...more,
  };
}

function merged(document: unknown, statements: readonly Statement[]) {
  const { text, ...rest } = mergeStatements(JSON.stringify(document), statements, owned);
  return { ...rest, text, document: text === null ? null : (JSON.parse(text) as Record<string, unknown>) };
}

/** As a person wrote it: no Sid, a Sid twice, a lone string, a member nobody knows. */
const theirs = {
  Version: '2008-10-17',
  Id: 'Policy1415115909152',
  Comment: '財務チームの管理',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: 'x',
      Condition: { Bool: { 'aws:SecureTransport': false } },
    },
    { Sid: 'twice', Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 's3:GetObject', Resource: 'x' },
    {
      Sid: 'twice',
      Effect: 'Allow',
      Principal: { Service: ['logging.s3.amazonaws.com'] },
      Action: 's3:PutObject',
      Resource: 'y',
    },
    {
      Sid: '',
      Effect: 'Allow',
      Principal: { AWS: ['AROAEXAMPLEEXAMPLE123'] },
      Action: ['s3:Get*'],
      Resource: 'z',
      Extra: { a: [1] },
    },
  ],
};

describe('merging into what others wrote', () => {
  test('keeps statements without Sid and with a repeated Sid, in order, with Version, Id and unknown members (G-B1)', () => {
    const { document, changed } = merged(theirs, [ours('onrampCur')]);
    expect(changed).toBe(true);
    expect(document).toEqual({ ...theirs, Statement: [...theirs.Statement, ours('onrampCur')] });
  });

  test('a statement without a Sid is never ours, whatever we call ours (G-B1)', () => {
    const text = JSON.stringify(theirs);
    const { Statement } = JSON.parse(mergeStatements(text, [], () => true).text ?? '') as { Statement: unknown[] };
    expect(Statement).toEqual([theirs.Statement[0], theirs.Statement[3]]);
  });

  test('withdrawing leaves exactly what was there before us', () => {
    const added = mergeStatements(JSON.stringify(theirs), [ours('onrampA'), ours('onrampB')], owned);
    expect(mergeStatements(added.text, [], owned).text).toBe(JSON.stringify(theirs));
  });

  test('replaces a statement of ours that says something else, and drops one no longer wanted', () => {
    const before = {
      ...theirs,
      Statement: [ours('onrampOld'), ...theirs.Statement, ours('onrampCur', { Resource: ['old'] })],
    };
    expect(merged(before, [ours('onrampCur')]).document?.['Statement']).toEqual([
      ...theirs.Statement,
      ours('onrampCur'),
    ]);
  });

  test('drops a copy of our statement: two with one Sid are one too many', () => {
    const before = { Version: '2012-10-17', Statement: [ours('onrampCur'), ours('onrampCur')] };
    expect(merged(before, [ours('onrampCur')]).document?.['Statement']).toEqual([ours('onrampCur')]);
  });

  test('takes a single statement that is no list', () => {
    const alone = { Version: '2012-10-17', Statement: theirs.Statement[0] };
    expect(merged(alone, [ours('onrampCur')]).document?.['Statement']).toEqual([
      theirs.Statement[0],
      ours('onrampCur'),
    ]);
    expect(mergeStatements(JSON.stringify(alone), [], owned)).toMatchObject({
      text: JSON.stringify(alone),
      changed: false,
    });
  });

  test('starts a document where there is none', () => {
    const { text, changed, size } = mergeStatements(null, [ours('onrampCur')], owned);
    expect(JSON.parse(text ?? '')).toEqual({ Version: '2012-10-17', Statement: [ours('onrampCur')] });
    expect(changed).toBe(true);
    expect(size).toBe(text?.length);
  });

  test('leaves null, never an empty list, when the last statement goes (G-B5)', () => {
    const before = { Version: '2012-10-17', Id: 'x', Statement: [ours('onrampCur')] };
    expect(merged(before, [])).toMatchObject({ text: null, changed: true, size: 0 });
    expect(mergeStatements(null, [], owned)).toEqual({ text: null, changed: false, size: 0 });
  });
});

describe('nothing to do', () => {
  const spaced = (document: unknown) => JSON.stringify(document, null, 2);

  test('answers with the very text that came in, spaces and all', () => {
    const text = spaced({ ...theirs, Statement: [ours('onrampCur'), ...theirs.Statement] });
    expect(mergeStatements(text, [ours('onrampCur')], owned)).toEqual({
      text,
      changed: false,
      size: Buffer.byteLength(text),
    });
  });

  test('sees through what AWS stores in another form: key order, list order, a list of one, the account as its root', () => {
    const wanted = ours('onrampCur', {
      Principal: { AWS: ['222222222222', 'arn:aws:iam::333333333333:role/データ/job'] },
      Resource: ['arn:aws:s3:::cur-export'],
    });
    const stored = {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': ['o-a1b2c3d4e5'] } },
      Resource: 'arn:aws:s3:::cur-export',
      Action: ['s3:ListBucket', 's3:GetObject'],
      Principal: { AWS: ['arn:aws:iam::333333333333:role/データ/job', 'arn:aws:iam::222222222222:root'] },
      Effect: 'Allow',
      Sid: 'onrampCur',
    };
    expect(merged({ Statement: stored }, [wanted]).changed).toBe(false);
  });

  test('"*" and {"AWS": "*"} are one principal; another principal is another', () => {
    const stored = { Statement: [{ ...ours('onrampCur'), Principal: { AWS: '*' } }] };
    expect(merged(stored, [ours('onrampCur')]).changed).toBe(false);
    expect(merged(stored, [ours('onrampCur', { Principal: { AWS: '222222222222' } })]).changed).toBe(true);
  });

  test.each([
    ['an action', { Action: ['s3:GetObject'] }],
    ['a resource', { Resource: ['arn:aws-us-gov:s3:::cur-export'] }],
    ['the effect', { Effect: 'Deny' }],
    ['a condition', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-other' } } }],
    ['an operator', { Condition: { StringLike: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } }],
  ] as const)('but %s that differs is a change, though the Sid is there (G-V2)', (_what, change) => {
    expect(merged({ Statement: [ours('onrampCur', change)] }, [ours('onrampCur')]).changed).toBe(true);
  });

  test('a condition that is gone is a change', () => {
    const { Condition, ...bare } = ours('onrampCur');
    expect(Condition).toBeDefined();
    expect(merged({ Statement: [bare] }, [ours('onrampCur')]).changed).toBe(true);
  });
});

describe('what it refuses', () => {
  test.each([
    ['no JSON', '{"Statement":'],
    ['no object', '[]'],
    ['no Statement', '{"Version":"2012-10-17"}'],
    ['a Statement that is text', '{"Statement":["x"]}'],
    ['a number that would not survive', '{"Statement":[{"Condition":{"NumericEquals":{"a":9007199254740993}}}]}'],
    ['nothing at all', ''],
  ])('%s: says so and writes nothing (G-B2)', (_what, text) => {
    for (const statements of [[], [ours('onrampCur')]]) {
      const run = () => mergeStatements(text, statements, owned);
      expect(run).toThrow(expect.toSatisfy((error) => isLakeError(error, 'RequestRefused')));
      expect(run).toThrow(/can't be read, so it is left as it is/);
    }
  });

  test('statements of ours that we would not know again', () => {
    expect(() => mergeStatements(null, [ours('stray')], owned)).toThrow('statement "stray" is not named as ours');
    expect(() => mergeStatements(null, [ours('onrampA'), ours('onrampA')], owned)).toThrow(/two of our statements/);
  });

  test('members named like the machinery of objects survive', () => {
    const text = '{"Statement":[{"Sid":"x","__proto__":{"a":1},"constructor":"y"}]}';
    expect(mergeStatements(text, [ours('onrampA')], owned).text).toContain('"__proto__":{"a":1},"constructor":"y"');
  });
});

describe('size', () => {
  test('counts bytes, not characters: a Japanese name takes three each (G-B8)', () => {
    const { text, size } = mergeStatements(null, [ours('onrampA', { Resource: ['請求データ'] })], owned);
    expect(size).toBe(Buffer.byteLength(text ?? ''));
    expect(size - (text ?? '').length).toBe(10);
    expect([BUCKET_POLICY_LIMIT, KEY_POLICY_LIMIT]).toEqual([20_480, 32_768]);
  });
});

describe('key policies', () => {
  const root = {
    Sid: 'root',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'kms:*',
    Resource: '*',
  };

  test('keep the statement of their own account (G-B11)', () => {
    const { text } = mergeKeyStatements(JSON.stringify({ Statement: [root] }), [ours('onrampA')], owned);
    expect(JSON.parse(text ?? '')).toEqual({ Statement: [root, ours('onrampA')] });
  });

  test('are never made without a read, nor left to us alone (G-B11)', () => {
    expect(() => mergeKeyStatements(null, [ours('onrampA')], owned)).toThrow(/was not read/);
    for (const Statement of [[ours('onrampA')], []]) {
      expect(() => mergeKeyStatements(JSON.stringify({ Statement }), [], owned)).toThrow(
        /no statement of the key's owner/,
      );
      expect(() => mergeKeyStatements(JSON.stringify({ Statement }), [ours('onrampA')], owned)).toThrow(/owner/);
    }
  });
});
