/** What a key's policy, our policy and a role's own policies say about using a catalog's key. */

import { describe, expect, test } from 'vitest';
import type { OnboardScope } from '#contracts/steps.ts';
import type { KeyFacts, RoleFacts } from '#core/facts.ts';
import { known, unknown } from '#core/observed.ts';
import type { Question } from '#engine/hop.ts';
import { closedTo, closedToConsumers } from '#hops/catalog-key/consumers.ts';
import { consumerCatalogKey } from '#hops/catalog-key/index.ts';
import { jobRoleFinding } from '#hops/catalog-key/job-roles.ts';
import type { CatalogKey } from '#hops/catalog-key/observe.ts';
import { ownRolesFinding } from '#hops/catalog-key/own-roles.ts';
import { ANALYTICS, documentInput, FINANCE, policyOf, REGION } from '../../core/policy/documents.ts';

const catalog = { account: FINANCE, region: REGION };
const SALES = '444444444444';
const ARN = `arn:aws:kms:${REGION}:${FINANCE}:key/1234`;
const READER = `arn:aws:iam::${FINANCE}:role/onramp/onramp-reader`;
const OPERATOR = `arn:aws:iam::${FINANCE}:role/onramp/onramp-operator`;
const THEIR_READER = `arn:aws:iam::${ANALYTICS}:role/onramp/onramp-reader`;
const policy = policyOf();

interface Statement {
  readonly [key: string]: unknown;
}
const allow = (principal: unknown, action: unknown, more: object = {}): Statement => {
  return { Effect: 'Allow', Principal: principal, Action: action, Resource: '*', ...more };
};
const text = (...statements: readonly Statement[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const OWNED = allow({ AWS: `arn:aws:iam::${FINANCE}:root` }, 'kms:*');
const facts = (changes: Partial<KeyFacts> = {}): KeyFacts => {
  return { arn: ARN, enabled: true, managedByAws: false, text: text(OWNED), ...changes };
};
const key = (changes: Partial<CatalogKey> = {}): CatalogKey => {
  return { named: ARN, owner: FINANCE, facts: known(facts()), ...changes };
};

/** What a remedy tells to add, as it stands in the text. */
function pasted(remedy: string | undefined): readonly Statement[] {
  const found = JSON.parse(/[[{].*[\]}]/s.exec(remedy ?? '')?.[0] ?? 'null') as Statement | readonly Statement[];
  return [found].flat() as readonly Statement[];
}

describe('our own roles', () => {
  const judged = (of: CatalogKey, current = policy) =>
    ownRolesFinding({ policy: current, catalog, key: of, reader: READER, operator: OPERATOR });

  test('where the key leaves it to its account, they have what the member stack gives them', () => {
    expect(judged(key())).toBeNull();
  });

  test('where it names who may, they are told with what is lacking, and no more once it is added', () => {
    const narrow = allow({ AWS: `arn:aws:iam::${FINANCE}:role/admin` }, 'kms:*');
    const partly = allow({ AWS: READER }, 'kms:Decrypt');
    const found = judged(key({ facts: known(facts({ text: text(narrow, partly) })) }));
    expect(found).toMatchObject({ cause: 'catalog-key-closed', state: 'broken', account: FINANCE });
    const added = pasted(found?.remedy);
    expect(added.map(({ Principal }) => Principal)).toEqual([{ AWS: OPERATOR }]);
    expect(judged(key({ facts: known(facts({ text: text(narrow, partly, ...added) })) }))).toBeNull();
  });

  test.each([
    ['disabled', known(facts({ enabled: false })), 'is disabled'],
    ['gone', known(null), 'does not exist'],
  ])('a key that is %s is nobody’s', (_, of, words) => {
    const found = judged(key({ facts: of }));
    expect(found).toMatchObject({ cause: 'catalog-key-unusable' });
    expect(found?.message).toContain(words);
  });

  test('a key of another account has to be named, and then is', () => {
    const far = `arn:aws:kms:${REGION}:555555555555:key/5`;
    const foreign = key({ named: far, owner: '555555555555', facts: unknown({ code: 'NotVisible', message: 'far' }) });
    expect(judged(foreign)).toMatchObject({ cause: 'catalog-key-not-named' });
    const named = (arn: string) =>
      policyOf(documentInput({ accounts: { 'finance-lake': { id: FINANCE, catalogKey: arn }, analytics: ANALYTICS } }));
    expect(judged(foreign, named(far))).toBeNull();
    expect(judged(foreign, named(ARN))).toMatchObject({ cause: 'catalog-key-not-named' });
    expect(judged(key(), named(far))).toMatchObject({ cause: 'catalog-key-not-named' });
  });

  test('what AWS manages opens to its own account; what can not be read tells nothing (law 6)', () => {
    expect(judged(key({ facts: known(facts({ managedByAws: true })) }))).toBeNull();
    expect(judged(key({ facts: unknown({ code: 'AccessDenied', message: 'refused' }) }))).toBeNull();
  });
});

describe('consumers', () => {
  const question = (statements: readonly Statement[], readers: ReadonlyMap<string, readonly string[]>) => {
    const operators = 'arn:aws:iam::*:role/onramp/onramp-operator';
    return { policy, catalog, key: facts({ text: text(...statements) }), readers, operators };
  };
  const readers = new Map([[ANALYTICS, [THEIR_READER, `arn:aws:iam::${ANALYTICS}:role/data-jobs/any-data-lake-any`]]]);

  test('are refused until the statements of the finding are in the key’s policy', () => {
    const refused = question([OWNED], readers);
    expect(closedTo(refused)).toEqual([ANALYTICS]);
    const found = closedToConsumers(refused, closedTo(refused));
    expect(closedTo(question([OWNED, ...pasted(found.remedy)], readers))).toEqual([]);
    expect(found.message).toContain(ANALYTICS);
  });

  test('of a hundred and fifty accounts the finding stays short, and its statements open to all', () => {
    const ids = Array.from({ length: 150 }, (_, i) => String(400_000_000_000 + i));
    const many = new Map(ids.map((id) => [id, [`arn:aws:iam::${id}:role/onramp/onramp-reader`]]));
    const found = closedToConsumers(question([OWNED], many), ids);
    expect(JSON.stringify(found).length).toBeLessThan(2000);
    expect(closedTo(question([OWNED, ...pasted(found.remedy)], many))).toEqual([]);
  });
});

describe('job roles', () => {
  const role = (...statements: readonly Statement[]): RoleFacts => ({
    arn: `arn:aws:iam::${ANALYTICS}:role/data-jobs/data-lake-job`,
    id: 'AROAJOB',
    name: 'data-lake-job',
    path: '/data-jobs/',
    trust: '{}',
    tags: {},
    policies: [text(...statements)],
    boundary: null,
  });
  const own = `arn:aws:kms:${REGION}:${ANALYTICS}:key/9`;
  const keys = [
    { catalog, arn: ARN },
    {
      catalog: { account: ANALYTICS, region: REGION },
      arn: own,
      text: text(allow({ AWS: `arn:aws:iam::${ANALYTICS}:root` }, 'kms:*')),
    },
  ];
  const judged = (...statements: readonly Statement[]) =>
    jobRoleFinding({ account: ANALYTICS, region: REGION, role: role(...statements), keys });

  test('lack the keys of both catalogs until the statement of the finding is in their policy', () => {
    const found = judged({ Effect: 'Allow', Action: 'glue:*', Resource: '*' });
    expect(found).toMatchObject({ cause: 'role-lacks-catalog-key', principal: role().arn });
    expect(pasted(found?.remedy)[0]?.['Resource']).toEqual([ARN, own]);
    expect(judged(...pasted(found?.remedy))).toBeNull();
  });

  test('lack no key of a catalog that they don’t read: who is granted by tag of another account', () => {
    const grants = [
      { to: { account: 'analytics', principal: 'role/tag-job' }, where: { a: ['b'] }, tables: ['SELECT'] },
    ];
    const byTag = policyOf({
      accounts: { 'finance-lake': FINANCE, analytics: ANALYTICS, 'sales-lake': SALES },
      tags: { in: [{ account: 'sales-lake' }], keys: { a: ['b'] }, grants },
    });
    const tagJob = { ...role(), arn: `arn:aws:iam::${ANALYTICS}:role/tag-job`, name: 'tag-job', path: '/' };
    const sales = `arn:aws:kms:${REGION}:${SALES}:key/7`;
    const question = { policy: byTag, scope: { half: 'onboard', account: ANALYTICS, region: REGION } };
    const lackOf = (...keysThere: readonly { account: string; arn: string }[]) =>
      consumerCatalogKey.assess(
        {
          own: known(null),
          roles: known([]),
          tagRoles: new Map([[tagJob.arn, known(tagJob)]]),
          keys: keysThere.map(({ account, arn }) => ({ catalog: { account, region: REGION }, arn, closed: false })),
        },
        question as unknown as Question<OnboardScope>,
      ).findings;
    expect(lackOf({ account: FINANCE, arn: ARN })).toEqual([]);
    const both = lackOf({ account: FINANCE, arn: ARN }, { account: SALES, arn: sales });
    expect(both).toMatchObject([{ cause: 'role-lacks-catalog-key', principal: tagJob.arn }]);
    expect(pasted(both[0]?.remedy)[0]?.['Resource']).toEqual([sales]);
  });

  test('a right that holds through another service only is none', () => {
    const Condition = { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } };
    expect(judged({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Condition })).not.toBeNull();
  });
});
