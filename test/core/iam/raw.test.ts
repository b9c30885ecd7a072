import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Statement } from '#contracts/statements.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { rawItems, rawMembers } from '#core/iam/raw.ts';

test('members and items come back as they were written, white space between them apart', () => {
  const text = '{ "a" : 1.10 , "b":[ 1e2,"x,\\"]}" , {"c": [ ] } ] , "\\u0061b": "\\/" }';
  const members = rawMembers(text);
  expect([...members]).toEqual([
    ['a', '1.10'],
    ['b', '[1e2,"x,\\"]}",{"c":[]}]'],
    ['ab', '"\\/"'],
  ]);
  expect(rawItems(members.get('b') ?? '')).toEqual(['1e2', '"x,\\"]}"', '{"c":[]}']);
  expect([rawItems('{"a":1}'), rawItems('[]'), [...rawMembers('{}')]]).toEqual([['{"a":1}'], [], []]);
});

test('any JSON means the same, taken apart and put together', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(undefined, 2), (value, space) => {
      const members = rawMembers(JSON.stringify(value, null, space));
      const text = `{${[...members].map(([name, member]) => `${JSON.stringify(name)}:${member}`).join(',')}}`;
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('merging keeps others’ statements to the byte: numbers, escapes, order of members (sec-16)', () => {
  const theirs =
    '{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b\\/x","Condition":{"NumericLessThan":{"s3:TlsVersion":1.20}}}';
  const text = `{"Version":"2008-10-17","Id":"\\u0041","Statement":[${theirs}]}`;
  const Resource = ['arn:aws:s3:::b/y/*'];
  const ours: Statement = { Sid: 'onrampOne', Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource };
  const owned = (sid: string) => sid.startsWith('onramp');
  const merged = mergeStatements(text, [ours], owned).text ?? '';
  expect(merged).toBe(`{"Version":"2008-10-17","Id":"\\u0041","Statement":[${theirs},${JSON.stringify(ours)}]}`);
  expect(mergeStatements(merged, [], owned).text).toBe(text);
});
