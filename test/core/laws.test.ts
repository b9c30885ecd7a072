/** The design's laws, over policies and worlds nobody thought of. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Action } from '#core/actions.ts';
import { isWithdrawal } from '#core/entries.ts';
import { decideAcceptance } from '#core/hops/acceptance.ts';
import { IAM_ALLOWED_PRINCIPALS, known, resourceText } from '#core/lake.ts';
import { modeIn } from '#core/policy.ts';
import { brake, withdrawalHash } from '#core/withdraw.ts';
import { isEnforced } from '#walk/enforced.ts';
import { decide, settle, type World } from './model.ts';
import { ANALYTICS, FINANCE, policyOf, productInput, REGION } from './policy/documents.ts';
import { policies, worlds } from './worlds.ts';

const RUNS = { numRuns: 100 };
const texts = (actions: readonly Action[]) => actions.map((action) => JSON.stringify(action)).sort();

test('law 1: a plan that was done leaves nothing to do, after a few rounds at most', () => {
  void fc.assert(
    fc.property(policies, worlds, (policy, world) => {
      const done = settle(policy, world);
      expect(decide(policy, done.world).actions).toEqual([]);
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
      expect(texts(decide(policy, reversed(world)).actions)).toEqual(texts(decide(policy, world).actions));
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
        for (const { kind, inverse, sent } of ledger) if (kind === 'revoke') expect(inverse).toBe(sent);
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
      for (const action of decide(policy, world).actions) {
        const opens = action.kind === 'grant' || action.kind.startsWith('merge-');
        if (opens) expect(action.effect).toBe('widens');
        if (action.kind === 'revoke') expect(action.effect).toBe('narrows');
      }
    }),
    RUNS,
  );
});

describe('law 10', () => {
  const many = fc.tuple(policies, worlds).map(([policy, world]) => {
    const given = settle(policy, world).world;
    const empty = { ...policy, products: policy.products.map((p) => ({ ...p, audience: [FINANCE] })) };
    return { policy: empty, given, actions: decide(empty, given).actions };
  });

  test('all of a product never goes unasked; nothing else is held up', () => {
    void fc.assert(
      fc.property(many, ({ policy, given, actions }) => {
        const braked = brake(policy, actions, given.ledger, false);
        const withdrawn = actions.filter(isWithdrawal);
        expect(braked.finding === null).toBe(withdrawn.length === 0);
        expect(braked.actions.filter(isWithdrawal)).toEqual([]);
        expect(texts(braked.actions)).toEqual(texts(actions.filter((a) => !isWithdrawal(a))));
        if (braked.finding) expect(braked.finding.remedy).toContain(withdrawalHash(actions));
      }),
      RUNS,
    );
  });

  test('confirmed, exactly these go; the hash is of the withdrawals alone, in any order', () => {
    void fc.assert(
      fc.property(many, ({ policy, given, actions }) => {
        expect(brake(policy, actions, given.ledger, true).actions).toEqual(actions);
        expect(withdrawalHash(actions.toReversed())).toBe(withdrawalHash(actions.filter(isWithdrawal)));
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
      for (const action of decide(current, world).actions) {
        const wanting = current.products.filter(({ name }) => action.products.includes(name));
        const enforced = isEnforced({ policy: current }, action);
        const modes = wanting.map((p) => modeIn(current, p, action.account) === 'enforce');
        const all = isWithdrawal(action) && modes.length > 0;
        expect(enforced).toBe(all ? modes.every(Boolean) : modes.some(Boolean));
        if (wanting.every(({ mode }) => mode === 'report')) expect(enforced).toBe(false);
        if (held && action.account === ANALYTICS) expect(enforced).toBe(false);
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
      const { actions, findings } = decideAcceptance({
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
          i.resources !== null &&
          i.resources.length > 0 &&
          i.resources.every((arn) => named.includes(arn)),
      );
      expect(actions.map((a) => a.kind === 'accept-invitation' && a.invitationArn)).toEqual(
        right.map(({ arn }) => arn),
      );
      const told = findings.filter(({ cause }) => cause === 'invitation-left-alone').length;
      expect(told).toBe(invitations.filter(({ status }) => status === 'PENDING').length - right.length);
    }),
    { numRuns: 500 },
  );
});
