/** What a bucket's policy has room for, and what comes first where that is not all (sec-12). */

import { describe, expect, test } from 'vitest';
import { isMergeBucketPolicy } from '#changes/bucket-policy/change.ts';
import type { Entry } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import { mergedBucketPolicy } from '#core/bucket-policy.ts';
import { known } from '#core/observed.ts';
import { ownParts } from '#core/ownership.ts';
import { roomForRoles } from '#core/policy/document-sizes.ts';
import { type NamedRole, NO_READERS, type Readers } from '#core/storage-statements.ts';
import { assessStorage } from '#hops/storage/assess.ts';
import { ANALYTICS, policyOf, productInput } from '../../core/policy/documents.ts';
import { confirmedFor } from '../../support/recorded.ts';

const LIMIT = 20_480;
const role = (name: string): NamedRole => ({
  arn: `arn:aws:iam::${ANALYTICS}:role/${name}`,
  id: `AROA${name.replace(/\W/g, '').toUpperCase().padStart(17, 'X').slice(-17)}`,
});
const many = (count: number, of: (i: string) => string) =>
  Array.from({ length: count }, (_, i) => of(String(i).padStart(3, '0')));

/** Databases of one bucket, the first read by whoever is named. */
function policyFor(proof: 'path' | 'tag', count = 3): Policy {
  const products = Array.from({ length: count }, (_, i) => [
    `p${i}`,
    productInput({
      database: `db_${i}`,
      storage: { location: `s3://lake/db_${i}/`, bucketPolicy: 'manage' },
      consumers: { jobRoles: [{ match: proof === 'path' ? 'role/data-jobs/*' : 'role/*', proof }] },
    }),
  ]);
  return policyOf({ mode: 'enforce', products: Object.fromEntries(products) });
}

interface Kept {
  readonly text: string | null;
  readonly entries: readonly Entry[];
}

/** One run: what it says, and what it leaves in bucket and ledger. */
function run(policy: Policy, readers: Readers, { text, entries }: Kept = { text: null, entries: [] }) {
  const encryption = { algorithm: 'AES256', key: null };
  const facts = known({ bucketPolicy: { text }, keyPolicy: null, encryption });
  const asked = { policy, products: policy.products, readers, facts, entries, execution: 'now' };
  const { changes, findings } = assessStorage(asked);
  const [change] = changes.filter(isMergeBucketPolicy);
  if (change === undefined) return { changes, findings, text, entries };
  const [earlier] = entries;
  const entry = confirmedFor(change, {}, earlier);
  const after = mergedBucketPolicy(policy, change, text, ownParts(earlier));
  return { changes, findings, text: after.text, entries: [entry] };
}

const statements = (text: string | null, effect: string) =>
  (JSON.parse(text ?? '{"Statement":[]}') as { Statement: { Effect: string }[] }).Statement.filter(
    ({ Effect }) => Effect === effect,
  );
const names = (text: string | null, list: readonly { readonly arn: string }[]) =>
  list.filter(({ arn }) => text?.includes(`"${arn}"`)).length;

describe('denials', () => {
  test('of a hundred roles stand once, however many products the bucket has', () => {
    const disproved = many(100, (i) => role(`data-jobs/disproved-role-${i}`).arn);
    const { text, findings } = run(policyFor('path'), { ...NO_READERS, disproved });
    expect(findings).toEqual([]);
    expect(statements(text, 'Deny')).toHaveLength(1);
    expect(text?.length).toBeLessThan(LIMIT);
    for (const arn of disproved) expect(text).toContain(`"${arn}"`);
  });

  test('come first where space is short: whoever was admitted last has none', () => {
    const policy = policyFor('tag', 1);
    const named = many(110, (i) => `job-${i}`).map(role);
    const first = run(policy, { named: { p0: named }, disproved: [] });
    expect(names(first.text, named)).toBe(110);
    // A pattern would let these in.
    const [product] = policy.products;
    const mixed = {
      ...policy,
      products: [
        { ...product, jobRoles: [...(product?.jobRoles ?? []), { match: 'role/data-jobs/*', proof: 'path' }] },
      ],
    } as Policy;
    const disproved = many(120, (i) => role(`data-jobs/disproved-role-${i}`).arn);
    const { text, findings } = run(mixed, { named: { p0: named }, disproved }, first);
    for (const arn of disproved) expect(text).toContain(`"${arn}"`);
    expect(names(text, named)).toBeLessThan(110);
    expect(text?.length).toBeLessThanOrEqual(LIMIT);
    expect(findings).toMatchObject([{ cause: 'document-too-large' }]);
  });

  test('of roles that no statement lets in are a precaution, and no reason to keep anybody out', () => {
    const named = many(40, (i) => `job-${i}`).map(role);
    const disproved = many(300, (i) => role(`elsewhere/some-other-role-${i}`).arn);
    const { text, findings } = run(policyFor('tag', 1), { named: { p0: named }, disproved });
    expect(names(text, named)).toBe(40);
    expect(text?.length).toBeLessThanOrEqual(LIMIT);
    expect(findings[0]?.message).toContain('the denial of');
  });
});

describe('new roles', () => {
  const policy = policyFor('tag', 1);
  const old = many(60, (i) => `old-${i}`).map(role);
  const young = many(120, (i) => `a-new-${i}`).map(role);
  const before = run(policy, { named: { p0: old }, disproved: [] });
  const all = { named: { p0: [...young, ...old] }, disproved: [] };

  test('wait for those that read already, and the finding has three ways out', () => {
    const { text, findings } = run(policy, all, before);
    expect(names(text, old)).toBe(60);
    expect(names(text, young)).toBeGreaterThan(0);
    expect(names(text, young)).toBeLessThan(120);
    expect(text?.length).toBeLessThanOrEqual(LIMIT);
    const [found, ...more] = findings;
    expect(more).toEqual([]);
    expect(found).toMatchObject({ cause: 'document-too-large', state: 'broken' });
    expect(found?.message).toContain('a-new-');
    for (const way of ['proof: path', 'storage.access: lake-formation', 'another bucket'])
      expect(found?.remedy).toContain(way);
  });

  test('what does not fit is never let in by something wider', () => {
    const { text } = run(policy, all, before);
    for (const statement of statements(text, 'Allow')) {
      const { Condition } = statement as unknown as { Condition: Record<string, Record<string, unknown>> };
      expect(Condition['StringLike']?.['aws:userid']).toBeDefined();
      expect(Condition['StringEquals']?.['aws:PrincipalArn']).toBeDefined();
    }
  });

  test('the next run changes nothing', () => {
    expect(run(policy, all, run(policy, all, before)).changes).toEqual([]);
  });

  test('come in once others have left', () => {
    const full = run(policy, all, before);
    const fewer = { named: { p0: [...young, ...old.slice(0, 10)] }, disproved: [] };
    expect(names(run(policy, fewer, full).text, young)).toBeGreaterThan(names(full.text, young));
  });
});

test('validate says how many roles fit, and so many do', () => {
  const policy = policyFor('tag', 1);
  const [room] = roomForRoles(policy);
  expect(room?.bucket).toBe('lake');
  const longest = many(room?.roles ?? 0, (i) => i.padStart(64, 'x')).map(role);
  expect(run(policy, { named: { p0: longest }, disproved: [] }).findings).toEqual([]);
  const [one] = many(1, () => 'y'.repeat(64)).map(role);
  if (one === undefined) throw new Error('no role');
  expect(run(policy, { named: { p0: [...longest, one] }, disproved: [] }).findings).toHaveLength(1);
  expect(roomForRoles(policyFor('path'))).toEqual([]);
});

describe('a pattern for accounts that are written out (law 10)', () => {
  const accounts = (count: number) => many(count, (i) => `1000000${i.padStart(5, '0')}`);
  const readBy = (count: number): Policy => {
    const { products, ...rest } = policyFor('path', 1);
    return { ...rest, products: products.map((one) => ({ ...one, audience: accounts(count) })) };
  };
  const inside = (text: string | null, list: readonly string[]) =>
    list.filter((id) => text?.includes(`"${id}"`)).length;
  const fits = 600;
  const first = run(readBy(fits), NO_READERS);
  const over = readBy(800);

  test('keeps those that read when the whole audience no longer fits, and tells who has no room', () => {
    expect(first.findings).toEqual([]);
    expect(inside(first.text, accounts(fits))).toBe(fits);
    const { text, changes, findings } = run(over, NO_READERS, first);
    expect(inside(text, accounts(fits))).toBe(fits);
    expect(text?.length).toBeLessThanOrEqual(LIMIT);
    expect(changes.filter(isMergeBucketPolicy).flatMap((change) => change.emptied ?? [])).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'document-too-large' }]);
    expect(findings[0]?.message).toContain('by the pattern of p0');
    expect(run(over, NO_READERS, run(over, NO_READERS, first)).changes).toEqual([]);
  });

  test('keeps its present accounts before new ones, wherever these stand in the audience', () => {
    const reversed = {
      ...over,
      products: over.products.map((one) => ({ ...one, audience: [...one.audience].reverse() })),
    };
    expect(inside(run(reversed, NO_READERS, first).text, accounts(fits))).toBe(fits);
  });

  test('asks the brake when what denies leaves no room for anybody', () => {
    const disproved = many(400, (i) => `arn:aws:iam::100000000000:role/data-jobs/disproved-role-${i}`);
    const { changes } = run(readBy(fits), { ...NO_READERS, disproved }, first);
    expect(changes.filter(isMergeBucketPolicy).map(({ emptied }) => emptied)).toEqual([['p0']]);
  });
});
