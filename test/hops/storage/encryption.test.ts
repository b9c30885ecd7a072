/** The key that a bucket encrypts with is the one that the policy names, or that is told. */

import { expect, test } from 'vitest';
import { known } from '#core/observed.ts';
import { NO_READERS } from '#core/storage-statements.ts';
import { assessStorage } from '#hops/storage/assess.ts';
import { FINANCE } from '../../core/policy/documents.ts';
import { productOf } from '../builders.ts';

const key = (id: string) => `arn:aws:kms:ap-northeast-1:${FINANCE}:key/${id}`;

function causes(named: string | null, used: string | null) {
  const { policy, product: found } = productOf();
  const product = { ...found, storage: { ...found.storage, key: named } };
  const facts = known({
    bucketPolicy: { text: null },
    keyPolicy: null,
    encryption: { algorithm: 'aws:kms', key: used },
  });
  const { findings } = assessStorage({
    policy,
    products: [product],
    readers: NO_READERS,
    facts,
    entries: [],
    execution: 'arn:x',
  });
  return findings.filter(({ cause }) => cause.startsWith('bucket-key')).map(({ cause }) => cause);
}

test.each([
  ['none', null, key('a'), ['bucket-key-not-named']],
  ['another one (var-1)', key('b'), key('a'), ['bucket-key-not-named']],
  ['this one', key('a'), key('a'), []],
  ['this one, which the bucket names by its id', key('a'), 'a', []],
  ['one, and the bucket uses an alias of its owner’s', key('a'), 'alias/lake', []],
  ['one, and the bucket uses the key that AWS manages', key('a'), null, ['bucket-key-not-shareable']],
])('the policy names %s', (_, named, used, found) => {
  expect(causes(named, used)).toEqual(found);
});
