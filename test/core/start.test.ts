import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Scope, StartSchema, type Wake } from '#contracts/steps.ts';
import { nextStartFor, type StartOptions, scopeText, spreadOf, startFor } from '#core/start.ts';

const account = fc.integer({ min: 0, max: 999_999_999_999 }).map((id) => String(id).padStart(12, '0'));
const scope: fc.Arbitrary<Scope> = fc.oneof(
  fc.record({
    half: fc.constant('publish' as const),
    account,
    region: fc.constant('us-east-1'),
    database: fc.string({ unit: 'grapheme', minLength: 1 }),
  }),
  fc.record({ half: fc.constant('onboard' as const), account, region: fc.constantFrom('us-east-1', 'us-gov-west-1') }),
);
const now = fc.integer({ min: 0, max: 4_102_444_800_000 });
const debounce = fc.integer({ min: 1, max: 3600 });
const eventId = fc.string({ unit: 'grapheme' });

const one: Scope = { half: 'publish', account: '111111111111', region: 'ap-northeast-1', database: 'cur_org' };
const at = (options: Partial<StartOptions> = {}): StartOptions => ({
  now: 1_700_000_000_000,
  debounce: 60,
  handlerTimeoutSeconds: 30,
  spread: 0,
  eventId: '8ae5c7c8-4ef0-43ee-a5c0-8bbd0d8b8a36',
  ...options,
});

test('names are what Step Functions takes, and inputs what the machine expects', () => {
  fc.assert(
    fc.property(scope, now, fc.integer({ min: 0, max: 3600 }), eventId, (place, clock, seconds, id) => {
      const { name, input } = startFor(place, at({ now: clock, debounce: seconds, eventId: id }));
      expect(name).toMatch(/^[0-9A-Za-z_-]{1,80}$/);
      expect(z.safeParse(StartSchema, input).success).toBe(true);
    }),
  );
});

describe('with a debounce', () => {
  test('triggers of one window give one name and one input, whatever their events', () => {
    fc.assert(
      fc.property(scope, now, debounce, eventId, eventId, fc.nat(), (place, clock, seconds, a, b, later) => {
        const start = Math.floor(clock / (seconds * 1000)) * seconds * 1000;
        const other = start + (later % (seconds * 1000));
        const first = startFor(place, at({ now: clock, debounce: seconds, eventId: a }));
        expect(startFor(place, at({ now: other, debounce: seconds, eventId: b }))).toEqual(first);
      }),
    );
  });

  test('the next window gives another name', () => {
    fc.assert(
      fc.property(scope, now, debounce, (place, clock, seconds) => {
        const options = at({ now: clock, debounce: seconds });
        expect(nextStartFor(place, options).name).not.toBe(startFor(place, options).name);
        expect(nextStartFor(place, options)).toEqual(startFor(place, { ...options, now: clock + seconds * 1000 }));
      }),
    );
  });

  test('it looks only after the last handler of the window has run out of time, and within two windows', () => {
    fc.assert(
      fc.property(scope, now, debounce, (place, clock, seconds) => {
        const options = at({ now: clock, debounce: seconds });
        const lookAt = Date.parse(startFor(place, options).input.lookAt);
        expect(lookAt).toBeGreaterThan(clock + 30_000);
        expect(lookAt).toBeLessThanOrEqual(clock + seconds * 1000 + 35_000);
      }),
    );
  });

  test('another debounce never reuses a name', () => {
    fc.assert(
      fc.property(scope, now, now, debounce, debounce, (place, a, b, first, second) => {
        fc.pre(first !== second);
        const names = [
          startFor(place, at({ now: a, debounce: first })).name,
          startFor(place, at({ now: b, debounce: second })).name,
        ];
        expect(new Set(names).size).toBe(2);
      }),
    );
  });

  test('is one scope, one window, one name', () => {
    const { name, input, machine } = startFor(one, at());
    expect(machine).toBe('publish');
    expect(name).toMatch(/^publish-111111111111-[0-9a-f]{16}-60s-28333334$/);
    expect(input).toEqual({ scope: one, window: '60s-28333334', lookAt: '2023-11-14T22:14:35.000Z' });
  });
});

describe('surveys of one turn of the schedule', () => {
  const place = (account: string): Wake => ({ half: 'survey', account, region: 'ap-northeast-1' });
  const accounts = Array.from({ length: 1000 }, (_, i) => String(i).padStart(12, '0'));
  const looks = (spread: number) =>
    accounts.map((account) => Date.parse(startFor(place(account), at({ spread })).input.lookAt) / 1000);

  test('are spread over the time they may take, about evenly', () => {
    const seconds = looks(1800);
    const first = Date.parse(startFor(one, at()).input.lookAt) / 1000;
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(first);
    expect(Math.max(...seconds)).toBeLessThan(first + 1800);
    for (const quarter of [0, 1, 2, 3]) {
      const here = seconds.filter((second) => Math.floor((second - first) / 450) === quarter);
      expect(here.length).toBeGreaterThan(200);
    }
  });

  test('keep their place from turn to turn, and runs are not delayed', () => {
    const next = at({ spread: 1800, now: at().now + 3_600_000 });
    const delay = (options: StartOptions) =>
      Date.parse(startFor(place('111111111111'), options).input.lookAt) - options.now;
    expect(delay(next)).toBe(delay(at({ spread: 1800 })));
    expect(startFor(one, at({ spread: 1800 }))).toEqual(startFor(one, at()));
  });

  test.each([
    ['rate(5 minutes)', 5, 120],
    ['rate(1 hour)', 60, 1800],
    ['rate(1 day)', 1440, 1800],
  ])('%s leaves them %d minutes, of which they take %d seconds', (expression, gap, seconds) => {
    expect(spreadOf({ reconcile: { expression, shortestGap: gap, longestGap: gap } })).toBe(seconds);
  });
});

describe('without a debounce', () => {
  test("the event's id is the window and nothing is waited for", () => {
    const { name, input } = startFor(one, at({ debounce: 0 }));
    expect(name).toMatch(/-e-8ae5c7c8-4ef0-43ee-a5c0-8bbd0d8b8a36$/);
    expect(input.lookAt).toBe('1970-01-01T00:00:00Z');
  });

  test('the clock is nothing: a retried event starts nothing twice (G-E11)', () => {
    fc.assert(
      fc.property(scope, now, now, eventId, (place, a, b, id) => {
        const first = startFor(place, at({ now: a, debounce: 0, eventId: id }));
        expect(startFor(place, at({ now: b, debounce: 0, eventId: id }))).toEqual(first);
      }),
    );
  });

  test('different ids give different names, also when they differ only in what a name cannot hold', () => {
    const names = ['a/b', 'a-b', 'a b', 'a:b', 'あ', 'い', 'a'.repeat(36), 'a'.repeat(37)].map(
      (id) => startFor(one, at({ debounce: 0, eventId: id })).name,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

test('different scopes give different names', () => {
  fc.assert(
    fc.property(scope, scope, (a, b) => {
      fc.pre(scopeText(a) !== scopeText(b));
      expect(startFor(a, at()).name).not.toBe(startFor(b, at()).name);
    }),
  );
});
