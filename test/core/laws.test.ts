/** The design's laws, over policies and worlds nobody thought of. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHANGES } from '#changes/registry.ts';
import { isWithdrawal } from '#changes/revoke/change.ts';
import { IAM_ALLOWED_PRINCIPALS } from '#contracts/lake-formation.ts';
import type { Change } from '#core/change.ts';
import { known } from '#core/observed.ts';
import { resourceText } from '#core/permissions.ts';
import { modeIn } from '#core/policy.ts';
import { brake, withdrawalHash } from '#engine/brake.ts';
import { kindOf } from '#engine/change-writer.ts';
import { isEnforced } from '#engine/enforcement.ts';
import { assessAcceptance } from '#hops/acceptance/assess.ts';
import { brakedBy, KINDS } from '../support/recorded.ts';
import { assess, settle, type World } from './model.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from './policy/documents.ts';
import { policies, worlds } from './worlds.ts';

const RUNS = { numRuns: 100 };
const texts = (changes: readonly Change[]) => changes.map((change) => JSON.stringify(change)).sort();
const isTaking = (change: Change) => (kindOf(CHANGES, change).takes?.(change) ?? null) !== null;

test('law 1: a plan that was done leaves nothing to do, after a few rounds at most', () => {
  void fc.assert(
    fc.property(policies, worlds, (policy, world) => {
      const done = settle(policy, world);
      expect(assess(policy, done.world).changes).toEqual([]);
    }),
    RUNS,
  );
});

test('law 2: the order of tables, rows, roles and entries changes nothing', () => {
  const reversed = (world: World): World => ({
    ...world,
    catalog: { ...world.catalog, tables: world.catalog.tables.toReversed() },
    grants: {
      [FINANCE]: (world.grants[FINANCE] ?? []).toReversed(),
      [ANALYTICS]: (world.grants[ANALYTICS] ?? []).toReversed(),
    },
    roles: world.roles.toReversed(),
    ledger: world.ledger.toReversed(),
  });
  void fc.assert(
    fc.property(policies, worlds, (policy, world) => {
      expect(texts(assess(policy, reversed(world)).changes)).toEqual(texts(assess(policy, world).changes));
      expect(settle(policy, reversed(world)).world.bucketPolicy).toBe(settle(policy, world).world.bucketPolicy);
    }),
    RUNS,
  );
});

test('law 2: the order in which a person writes a policy changes nothing', () => {
  const products = { b: productInput(), a: productInput({ tables: ['x', 'y'] }) };
  const backwards = { a: productInput({ tables: ['y', 'x', 'x'] }), b: productInput() };
  const { hash, ...written } = policyOf({ products });
  expect(policyOf({ products: backwards })).toMatchObject(written);
  expect(policyOf({ products: Object.fromEntries(Object.entries(products).toReversed()) }).hash).toBe(hash);
});

describe('law 3', () => {
  test('whatever was there stays, but for what the policy closes in words; documents keep what is not ours', () => {
    void fc.assert(
      fc.property(policies, worlds, (policy, world) => {
        const after = settle(policy, world).world;
        const closes = policy.products.some(({ exposure }) => exposure === 'revoke');
        for (const row of world.grants[FINANCE] ?? []) {
          const now = (after.grants[FINANCE] ?? []).find(
            (r) => r.principal === row.principal && resourceText(r.resource) === resourceText(row.resource),
          );
          const kept = now !== undefined && row.permissions.every((p) => now.permissions.includes(p));
          expect(kept || (row.principal === IAM_ALLOWED_PRINCIPALS && closes)).toBe(true);
        }
        if (world.bucketPolicy !== null) expect(after.bucketPolicy).toContain('"Theirs"');
        if (world.catalogPolicy !== null) expect(after.catalogPolicy).toContain('"Theirs"');
        for (const admin of world.settings[FINANCE]?.admins ?? [])
          expect(after.settings[FINANCE]?.admins).toContain(admin);
        for (const [name, link] of Object.entries(world.links)) expect(after.links[name]).toEqual(link);
      }),
      RUNS,
    );
  });

  test('each revocation from everybody is on record with its inverse', () => {
    void fc.assert(
      fc.property(policies, worlds, (policy, world) => {
        const { ledger } = settle(policy, world).world;
        // Granting the same again is the inverse: what is on record is the row as it stood.
        for (const entry of ledger) {
          if (entry.kind !== 'revoke') continue;
          const { principal, resource, permissions, grantable } = entry.sent;
          const taken = (world.grants[entry.account] ?? []).filter(
            (row) => row.principal === principal && resourceText(row.resource) === resourceText(resource),
          );
          expect(taken).toHaveLength(1);
          expect(taken[0]).toMatchObject({ permissions: permissions.toSorted(), grantable: grantable.toSorted() });
        }
      }),
      RUNS,
    );
  });

  test('when nobody wants anything any longer, all of ours goes and all of theirs is back as it was', () => {
    void fc.assert(
      fc.property(policies, worlds, (policy, world) => {
        const given = settle(policy, world).world;
        const empty = { ...policy, products: policy.products.map((p) => ({ ...p, audience: [FINANCE] })) };
        const after = settle(empty, given).world;
        const to = (w: World) => (w.grants[FINANCE] ?? []).filter(({ principal }) => principal === ANALYTICS);
        const text = (w: World) =>
          to(w)
            .map((r) => JSON.stringify([resourceText(r.resource), r.permissions.toSorted()]))
            .sort();
        expect(text(after)).toEqual(text(world));
      }),
      RUNS,
    );
  });
});

test('law 9: whatever opens says so', () => {
  void fc.assert(
    fc.property(policies, worlds, (policy, world) => {
      for (const change of assess(policy, world).changes) {
        const opens = change.kind === 'grant' || change.kind.startsWith('merge-');
        if (opens) expect(change.effect).toBe('widens');
        if (change.kind === 'revoke') expect(change.effect).toBe('narrows');
      }
    }),
    RUNS,
  );
});

describe('law 10', () => {
  const many = fc.tuple(policies, worlds).map(([policy, world]) => {
    const given = settle(policy, world).world;
    const empty = { ...policy, products: policy.products.map((p) => ({ ...p, audience: [FINANCE] })) };
    return { policy: empty, given, changes: assess(empty, given).changes };
  });

  test('all of a product never goes unasked; nothing else is held up', () => {
    void fc.assert(
      fc.property(many, ({ policy, given, changes }) => {
        const braked = brake({ ...KINDS, policy, now: () => 0 }, changes, given.ledger);
        // A bucket's statements by themselves are few, and nobody's grants.
        const held = changes.some(isWithdrawal);
        expect(braked.finding === null).toBe(!held);
        expect(braked.changes.filter((change) => held && isTaking(change))).toEqual([]);
        expect(texts(braked.changes)).toEqual(texts(changes.filter((change) => !held || !isTaking(change))));
        if (braked.finding) expect(braked.finding.remedy).toContain(withdrawalHash(KINDS, changes));
      }),
      RUNS,
    );
  });

  test('confirmed, exactly these go; the hash is of the withdrawals alone, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(many, async ({ policy, given, changes }) => {
        const hops = [...Map.groupBy(changes, ({ hop }) => hop).values()];
        const hashes = hops.map((ofHop) => withdrawalHash(KINDS, ofHop));
        const confirmed = await brakedBy(policy, changes, given.ledger, ...hashes);
        expect(texts(confirmed.changes)).toEqual(texts(changes));
        expect(confirmed.findings).toEqual([]);
        expect(withdrawalHash(KINDS, changes.toReversed())).toBe(withdrawalHash(KINDS, changes.filter(isTaking)));
      }),
      RUNS,
    );
  });
});

test('law 11: in report mode nothing is enforced, and where it is, policy, product and account all say so', () => {
  void fc.assert(
    fc.property(policies, worlds, fc.boolean(), (policy, world, held) => {
      const accounts = policy.accounts.map((a) => (held && a.id === ANALYTICS ? { ...a, mode: 'report' as const } : a));
      const current = { ...policy, accounts };
      for (const change of assess(current, world).changes) {
        const wanting = current.products.filter(({ name }) => change.products.includes(name));
        const enforced = isEnforced({ ...KINDS, policy: current }, change);
        const modes = wanting.map((p) => modeIn(current, p, change.account) === 'enforce');
        const all = isWithdrawal(change) && modes.length > 0;
        expect(enforced).toBe(all ? modes.every(Boolean) : modes.some(Boolean));
        if (wanting.every(({ mode }) => mode === 'report')) expect(enforced).toBe(false);
        if (held && change.account === ANALYTICS) expect(enforced).toBe(false);
      }
    }),
    RUNS,
  );
});

test('law 8: an invitation is accepted only from a named sender, to us, with nothing in it but what is named', () => {
  const policy = policyOf({ products: { cur: productInput({ tables: ['legacy_all'] }) } });
  const product = policy.products[0];
  if (product === undefined) throw new Error('no product');
  const named = ['catalog', 'database/cur_org', 'table/cur_org/legacy_all'].map(
    (rest) => `arn:aws:glue:${REGION}:${FINANCE}:${rest}`,
  );
  const foreign = [
    `arn:aws:glue:${REGION}:${FINANCE}:database/hr`,
    `arn:aws:glue:${REGION}:${FINANCE}:table/cur_org/salaries`,
    `arn:aws:glue:${REGION}:${FINANCE}:table/cur_org/*`,
    `arn:aws:glue:us-east-1:${FINANCE}:database/cur_org`,
    `arn:aws:glue:${REGION}:444444444444:database/cur_org`,
    `arn:aws:s3:::cur-export`,
    `arn:aws-cn:glue:${REGION}:${FINANCE}:database/cur_org`,
    `arn:aws:glue:${REGION}:${FINANCE}:table/cur_org/legacy_all/x`,
    `arn:aws:glue:${REGION}:${FINANCE}:database/cur_org_secret`,
  ];
  const invitation = fc.record({
    sender: fc.constantFrom(FINANCE, '444444444444'),
    receiver: fc.constantFrom(ANALYTICS, '555555555555'),
    status: fc.constantFrom('PENDING' as const, 'ACCEPTED' as const, 'REJECTED' as const, 'EXPIRED' as const),
    resources: fc.oneof(fc.constant(null), fc.uniqueArray(fc.constantFrom(...named, ...foreign))),
    shareArn: fc.constantFrom('share-1', 'share-2'),
  });
  void fc.assert(
    fc.property(fc.array(invitation, { maxLength: 4 }), (found) => {
      const invitations = found.map((i, n) => ({ ...i, arn: `invitation-${n}`, shareName: 's', at: 0 }));
      const facts = known({ invitations, shares: [] });
      const { changes, findings } = assessAcceptance({
        account: ANALYTICS,
        region: REGION,
        products: [{ product, snapshot: null }],
        facts,
      });
      const right = invitations.filter(
        (i) =>
          i.status === 'PENDING' &&
          i.sender === FINANCE &&
          i.receiver === ANALYTICS &&
          i.resources?.every((arn) => named.includes(arn)) &&
          // The catalog alone is nothing of a product (sec-14).
          i.resources.some((arn) => !arn.endsWith(':catalog')),
      );
      expect(changes.map((a) => 'invitationArn' in a && a.invitationArn)).toEqual(right.map(({ arn }) => arn));
      const told = findings.filter(({ cause }) =>
        ['invitation-left-alone', 'invitation-too-wide'].includes(cause),
      ).length;
      // Of the named sender each for itself, of strangers all in one (sec-8).
      const pending = invitations.filter(({ status }) => status === 'PENDING');
      const strangers = pending.filter(({ sender }) => sender !== FINANCE);
      const left = new Set(pending.filter((i) => i.sender === FINANCE && !right.includes(i)).map((i) => i.arn));
      expect(told).toBe(left.size + Math.min(strangers.length, 1));
    }),
    { numRuns: 500 },
  );
});
