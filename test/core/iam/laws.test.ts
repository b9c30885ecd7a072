import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Statement } from '#contracts/statements.ts';
import type { AccessRequest, Verdict } from '#core/iam/evaluate.ts';
import { evaluateAccess, evaluateIdentity, evaluateResource } from '#core/iam/evaluate.ts';
import { mergeStatements } from '#core/iam/merge.ts';
import { asks, ROLE, role } from './builders.ts';

const owned = (sid: string) => sid.startsWith('onramp');

const oneOrMany = <T>(values: fc.Arbitrary<T>) => fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 }));

/** Anything JSON allows, with and without Sid, Sids repeated: as long as the Sid is not ours. */
const foreign = fc
  .record(
    {
      Sid: fc.constantFrom('', 'a', 'a', 'b', '外部', 'Onramp'),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: oneOrMany(fc.string()) })),
      Action: oneOrMany(fc.string()),
      Condition: fc.dictionary(fc.string(), fc.dictionary(fc.string(), oneOrMany(fc.string()))),
      Unheard: fc.jsonValue(),
    },
    { requiredKeys: ['Effect'] },
  )
  // Through JSON once, as it comes from AWS; numbers that JSON can't carry exactly are refused, by another test.
  .map((statement) => JSON.parse(JSON.stringify(statement), small) as Record<string, unknown>);

function small(_key: string, value: unknown): unknown {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? 1 : value;
}

const document = fc.record(
  {
    Version: fc.constantFrom('2012-10-17', '2008-10-17'),
    Id: fc.string(),
    Statement: fc.array(foreign, { minLength: 1, maxLength: 5 }),
    Extra: fc.string(),
  },
  { requiredKeys: ['Statement'] },
);

const ours: fc.Arbitrary<Statement[]> = fc.uniqueArray(
  fc.record({
    Sid: fc.constantFrom('onrampA', 'onrampB', 'onrampC', 'onrampD'),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.oneof(
      fc.constant('*'),
      fc.record({ AWS: fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1 }) }),
    ),
    Action: fc.array(fc.constantFrom('s3:GetObject', 's3:ListBucket'), { minLength: 1 }),
    Resource: fc.array(fc.constantFrom('x', 'y', '請求'), { minLength: 1 }),
  }),
  { selector: (statement) => statement.Sid, maxLength: 4 },
);

describe('merging', () => {
  test("others' parts survive any sequence of merges, and withdrawing leaves them to the byte", () => {
    fc.assert(
      fc.property(document, fc.array(ours, { maxLength: 6 }), (theirs, runs) => {
        const before = JSON.stringify(theirs);
        let text: string | null = before;
        for (const wanted of runs) {
          text = mergeStatements(text, wanted, owned).text;
          const now = JSON.parse(text ?? '') as { Statement: Record<string, unknown>[] };
          const left = now.Statement.filter((statement) => !owned(String(statement['Sid'] ?? '')));
          expect(JSON.stringify({ ...now, Statement: left })).toBe(before);
        }
        expect(mergeStatements(text, [], owned).text).toBe(before);
      }),
    );
  });

  test('doing it again changes nothing, in whatever order ours come', () => {
    fc.assert(
      fc.property(fc.option(document), ours, fc.nat(), (theirs, wanted, turn) => {
        const text = theirs === null ? null : JSON.stringify(theirs);
        const rotated = wanted.map((_, i) => wanted[(i + turn) % wanted.length]).filter((s) => s !== undefined);
        const once = mergeStatements(text, wanted, owned);
        expect(mergeStatements(text, rotated, owned)).toEqual(once);
        expect(mergeStatements(once.text, rotated, owned)).toEqual({ ...once, changed: false });
      }),
    );
  });

  test('the last wanted state is all that counts, not the way there', () => {
    const said = (text: string | null) =>
      text === null ? null : (JSON.parse(text) as { Statement: unknown[] }).Statement;
    fc.assert(
      fc.property(document, ours, ours, (theirs, first, last) => {
        const text = JSON.stringify(theirs);
        const detour = mergeStatements(mergeStatements(text, first, owned).text, last, owned).text;
        const straight = mergeStatements(text, last, owned).text;
        // Lists that say the same in another order are left as they stand: compared as ours are, by meaning.
        expect(mergeStatements(detour, last, owned).changed).toBe(false);
        expect(said(detour)?.length).toBe(said(straight)?.length);
      }),
    );
  });
});

const RANK: Record<Verdict, number> = { denied: 0, unknown: 1, allowed: 2 };

const KEYS = ['aws:PrincipalTag/team', 'aws:SourceVpce', 'aws:PrincipalOrgID'] as const;
const VALUES = ['a', 'b', 'team-a'] as const;

const condition = fc.dictionary(
  fc.constantFrom(
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLikeIfExists',
    'StringEqualsIgnoreCase',
    'ForAnyValue:StringLike',
    'ForAnyValue:StringNotEquals',
    'ForAllValues:StringEquals',
    'ForAllValues:StringNotLike',
    'Null',
    'IpAddress',
  ),
  fc.dictionary(
    fc.constantFrom(...KEYS),
    oneOrMany(
      fc.constantFrom('a', '*a', 'team-*', 'true', `\${aws:SourceVpce}`, `team-\${aws:PrincipalTag/team, 'a'}`),
    ),
    { maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const statement = (effect: 'Allow' | 'Deny') =>
  fc.record(
    {
      Effect: fc.constant(effect),
      Action: oneOrMany(fc.constantFrom('s3:*', 's3:GetObject', 's3:PutObject')),
      Resource: oneOrMany(
        fc.constantFrom(
          '*',
          'arn:aws:s3:::home/a/*',
          `arn:aws:s3:::home/\${aws:PrincipalTag/team}/*`,
          'arn:aws:s3*',
          'arn:aws:*x',
        ),
      ),
      Principal: fc.constantFrom(
        '*',
        { AWS: ROLE },
        { AWS: '222222222222' },
        { AWS: '444444444444' },
        { CanonicalUser: 'x' },
      ),
      Condition: condition,
    },
    { requiredKeys: ['Effect', 'Action', 'Resource', 'Principal'] },
  );

const statements = fc.array(fc.oneof(statement('Allow'), statement('Deny')), { maxLength: 4 });

const values = fc.oneof(fc.constant<null>(null), fc.subarray([...VALUES]));
const contexts = fc.record({ [KEYS[0]]: values, [KEYS[1]]: values, [KEYS[2]]: values });

function ask(context: AccessRequest['context']): AccessRequest {
  return asks({ context, resource: 'arn:aws:s3:::home/a/x', principal: role({ tags: null, organization: null }) });
}

const text = (list: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: list });
const own = (list: readonly object[]) => [text(list.map((one) => ({ ...one, Principal: undefined })))];

/** Every front door of the evaluator, on the same statements. */
function verdicts(list: readonly object[], other: readonly object[], request: AccessRequest): readonly Verdict[] {
  const sides = (identity: readonly object[], resource: readonly object[], boundary: readonly object[] | null) =>
    [true, false].map(
      (sameAccount) =>
        evaluateAccess({
          identity: own(identity),
          resource: text(resource),
          boundary: boundary === null ? null : (own(boundary)[0] ?? null),
          sameAccount,
          request,
        }).verdict,
    );
  return [
    evaluateIdentity({ policies: own(list), boundary: null, request }).verdict,
    evaluateResource(text(list), request).verdict,
    ...sides(list, other, null),
    ...sides(other, list, null),
    ...sides(other, other, list),
  ];
}

// Hundreds of documents each: more than the usual five seconds on a busy machine.
describe('evaluating', { timeout: 60_000 }, () => {
  const RUNS = { numRuns: 100 };

  test('an allow more never narrows, a deny more never widens: unknown does not become allowed by it', () => {
    fc.assert(
      fc.property(
        statements,
        statements,
        statement('Allow'),
        statement('Deny'),
        contexts,
        (list, other, yes, no, context) => {
          const rank = (more: readonly object[]) =>
            verdicts([...list, ...more], other, ask(context)).map((v) => RANK[v]);
          const before = rank([]);
          const [wider, narrower] = [rank([yes]), rank([no])];
          for (const [i, was] of before.entries()) {
            expect(wider[i]).toBeGreaterThanOrEqual(was);
            expect(narrower[i]).toBeLessThanOrEqual(was);
          }
        },
      ),
      RUNS,
    );
  });

  test('a deny that surely applies wins, wherever it stands', () => {
    const wall = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' };
    fc.assert(
      fc.property(statements, statements, contexts, (list, other, context) => {
        expect(new Set(verdicts([wall, ...list], other, ask(context)))).toEqual(new Set(['denied']));
        expect(verdicts([...list, wall], other, ask(context))).toEqual(verdicts([wall, ...list], other, ask(context)));
      }),
      RUNS,
    );
  });

  test('the order of statements, and how they are spread over policies, changes no verdict', () => {
    fc.assert(
      fc.property(statements, statements, contexts, (list, other, context) => {
        const request = ask(context);
        expect(verdicts(list.toReversed(), other, request)).toEqual(verdicts(list, other, request));
        const spread = list.flatMap((one) => own([one]));
        const [together, apart] = [own(list), spread].map((policies) =>
          evaluateIdentity({ policies, boundary: null, request }),
        );
        expect(apart?.verdict).toBe(together?.verdict);
      }),
      RUNS,
    );
  });

  test('it never guesses: what is answered without knowing a key stays the answer, whatever the key turns out to be', () => {
    const filled = fc.record({
      [KEYS[0]]: fc.subarray([...VALUES]),
      [KEYS[1]]: fc.subarray([...VALUES]),
      [KEYS[2]]: fc.subarray([...VALUES]),
    });
    fc.assert(
      fc.property(statements, statements, contexts, filled, (list, other, context, truth) => {
        const known = Object.fromEntries(KEYS.map((key) => [key, context[key] ?? truth[key] ?? null]));
        const [before, after] = [verdicts(list, other, ask(context)), verdicts(list, other, ask(known))];
        for (const [i, verdict] of before.entries()) if (verdict !== 'unknown') expect(after[i]).toBe(verdict);
      }),
      { numRuns: 300 },
    );
  });
});
