import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPolicyFile, PolicyFileError } from '#cli/policy-file.ts';

const POLICIES = 'test/fixtures/policies';
const BROKEN = `${POLICIES}/broken`;

/** Each bad policy with every line it must get: place, what was found, what to write. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'duplicate.yaml': ['4:3  found finance-lake: "222222222222"; not YAML: Map keys must be unique: keep one of them'],
  'empty.yaml': ['1:1  found nothing; the file is empty: start from docs/onramp.example.yaml'],
  'keys.yaml': [
    '2:1  namspace: found "namspace"; unknown key: did you mean namespace?',
    '8:5  products.cur.acount: found "acount"; unknown key: did you mean account?',
    '10:15  products.cur.exposure: found reprot; not a value known here: did you mean report? (one of report, hybrid, revoke)',
    '11:16  products.cur.storage.locaton: found "locaton"; unknown key: did you mean location?',
    '13:18  products.cur.consumers.jobRoles: found []; too few or too short: write jobRoles: [{ match: "role/data-jobs/*", proof: path }]',
  ],
  'links.json': [
    '20:30  products.sales.consumers.link: found "Shared"; cur wants a link of this name to another database in analytics: write consumers.link: sales_linked',
  ],
  'names.yaml': [
    '10:14  products.cur.account: found finace-lake; no such account: did you mean finance-lake? (one of finance-lake, analytics)',
    '13:39  products.cur.audience.accounts[1]: found "222222222222"; an account is named, not numbered, here: write analytics',
    '14:38  products.cur.consumers.jobRoles[0].match: found "role/elsewhere/x"; no role under a protected path (/data-jobs/) can match: write e.g. role/data-jobs/x',
  ],
  'not-yet.yaml': [
    '10:15  products.cur.exposure: found hybrid; not yet acted on: write report or revoke',
    '19:19  schedule.deep: found rate(1 day); not yet acted on: leave it out; reconcile looks at everything there is',
  ],
  'audiences.yaml': [
    '11:47  products.cur.audience.organizationalUnits[1]: found ou-a1b2-11111111; it is there twice: keep one of the two, or write what was meant',
    '12:16  products.cur.audience.except[0]: found ghost; no such account: write one of finance-lake, analytics, partner',
    '12:23  products.cur.audience.except[1]: found partner; it is external, so in no unit: take it out of except',
    '18:40  products.sales.audience.except: found ["analytics"]; except is for organizationalUnits and organization: leave these accounts out of accounts',
    '24:37  products.hr.audience.organizationalUnits: found ["ou-a1b2-11111111"]; organization has all its units: take organizationalUnits out, or organization',
    '30:19  products.it.audience.except[0]: found analytics; it is under accounts, too: take it out of one of the two',
  ],
  'syntax.yaml': [
    '3:1  found account: "333333333333"; not YAML: Tabs are not allowed as indentation: indent with spaces',
    '4:20  found products: { cur: [ }; not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]: align it with its neighbours',
    '4:21  found products: { cur: [ }; not YAML: Flow map in block collection must be sufficiently indented and end with a }: align it with its neighbours',
  ],
  'tags.yaml': [
    '7:35  tags.keys.source[2]: found Product; the same as product: tags are stored in lower case: keep one of them',
    '7:45  tags.keys.p#i: found "p#i"; not a word of tags: use letters and digits of any script, spaces and _.:/=+-@%',
    '10:90  tags.rules[1].assign.source: found none; tags.rules[0] is as specific, may match the same tables and says product: write the same value in both, or name in one of them what both match (table, prefix, parameters…), so that it is the more specific',
    '11:27  tags.rules[2].match.account: found analytics; the catalog of analytics in ap-northeast-1 has none of these tags: add { account: analytics, region: ap-northeast-1 } to tags.in',
    '11:46  tags.rules[2].match.column: found email; a condition on columns, and on: tables: write on: columns, or leave it out',
    '11:85  tags.rules[2].assign.source: found prodct; the tag key source has no such value: did you mean product? (one of product, none, Product)',
    '13:47  tags.grants[0].to.principal: found group/analysts; Lake Formation knows no IAM groups: name roles or users, or an Identity Center group by its ARN',
    '13:106  tags.grants[0].database[0]: found SELECT; a permission on tables, not on databases: write it under tables',
    '14:88  tags.grants[1].tables: found ["DESCRIBE","SELECT"]; analytics itself is not granted DESCRIBE, SELECT by the same where, so it can\'t pass it on: add { to: { accounts: [analytics] }, where: { source: [product] }, tables: [DESCRIBE, SELECT] }',
    '16:66  dataLocations[0].to[0]: found "role/*"; a grant names one principal, and no pattern: write it out',
  ],
  'types.yaml': [
    '1:10  version: found "1"; not a value known here: write 1',
    '2:21  organization.id: found org-1; not of the form wanted: write an organization id such as o-a1b2c3d4e5',
    '2:47  organization.managementAccount: found 999999999999; not a text: put it in quotes: "999999999999"',
    '3:41  hub.region: found Tokyo; not of the form wanted: write a Region such as ap-northeast-1',
    '5:17  accounts.finance-lake: found 111111111111; not an account id: write the 12 digits in quotes: "111111111111"',
    '6:20  accounts.analytics.id: found "2222"; not of the form wanted: write an account id as 12 digits in quotes, e.g. "111111111111"',
    '8:3  products.Cur Org: found "Cur Org"; not a name we can use: use 1-20 of a-z, 0-9 and -, starting with a letter',
    '11:5  products.cur.account: found ["finance-lake"]; not a text: write account: NAME, one of accounts',
    '13:13  products.cur.tables: found some; not of a kind known here: write tables: all, or a list of names',
    '14:14  products.cur.storage: found s3://cur-export/cur/; not a group of keys: { key: value }: write storage: { location: s3://bucket/prefix/ }',
    '15:27  products.cur.audience.accounts: found analytics; not a list: [a, b]: write accounts: [NAME]',
    '16:38  products.cur.consumers.jobRoles[0].match: found "data-lake-*"; not of the form wanted: write role/ and a name or pattern, path included, e.g. role/data-jobs/*; for proof: listed a whole ARN',
    '17:11  debounce: found soon; not a number: write a number',
    '18:19  alerts.email[0]: found nobody; not of the form wanted: write an address such as data-platform@example.com',
  ],
};

function mistakesOf(file: string): { code: string; lines: string[] } {
  try {
    loadPolicyFile(file);
  } catch (error) {
    if (error instanceof PolicyFileError) return { code: error.code, lines: error.message.split('\n').slice(1) };
    throw error;
  }
  return { code: 'none', lines: [] };
}

describe('a policy with mistakes', () => {
  test('every broken fixture is expected to say something, and nothing else is expected', () => {
    expect(readdirSync(BROKEN).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(Object.entries(EXPECTED))('%s', (name, lines) => {
    const file = `${BROKEN}/${name}`;
    const got = mistakesOf(file);
    expect(got.lines).toEqual(lines.map((line) => `${file}:${line}`));
    expect(got.code).toBe(name === 'not-yet.yaml' ? 'PolicyNotYet' : 'PolicyInvalid');
  });
});

describe('a policy that is fine', () => {
  test.each(readdirSync(POLICIES).filter((name) => name.endsWith('.yaml')))('%s is understood', (name) => {
    expect(loadPolicyFile(join(POLICIES, name)).policy.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the example of the documentation is understood', () => {
    expect(loadPolicyFile('docs/onramp.example.yaml').policy.products.length).toBeGreaterThan(0);
  });

  test("the demo's versions differ in what one product exposes, and in nothing else", () => {
    const demo = loadPolicyFile(`${POLICIES}/demo.yaml`).document;
    const revoke = loadPolicyFile(`${POLICIES}/demo-revoke.yaml`).document;
    expect(revoke.products['sales']?.exposure).toBe('revoke');
    const same = { ...revoke, products: { ...revoke.products, sales: demo.products['sales'] } };
    expect(same).toEqual(demo);
  });
});

describe('files of every kind', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'onramp-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test('JSON means what the same YAML means', () => {
    const demo = loadPolicyFile(`${POLICIES}/demo.yaml`);
    const json = file('policy.json', JSON.stringify(demo.document, null, 2));
    expect(loadPolicyFile(json).policy).toEqual(demo.policy);
  });

  test('anchors and aliases are resolved, Windows line ends and a byte-order mark are read', () => {
    const text = readFileSync(`${POLICIES}/demo.yaml`, 'utf8');
    const aliased = text.replace('audience: { accounts: [analytics] }', 'audience: &them { accounts: [analytics] }');
    const alias = aliased.replaceAll('audience: { accounts: [analytics] }', 'audience: *them');
    const windows = file('windows.yaml', `\uFEFF${alias.replaceAll('\n', '\r\n')}`);
    expect(loadPolicyFile(windows).policy.products).toEqual(loadPolicyFile(`${POLICIES}/demo.yaml`).policy.products);
  });

  test('aliases that would mean billions of nodes are refused', () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'.split('').map((key, i) => {
        const before = 'abcdefghi'[i];
        return `${key}: &${key} [${Array(9).fill(`*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    expect(mistakesOf(file('bomb.yaml', bomb)).lines[0]).toContain('alias');
  });

  test('a file that is not there is said to be so, with the name given', () => {
    expect(() => loadPolicyFile('nowhere/onramp.yaml')).toThrow(/can't read the policy file nowhere\/onramp.yaml/);
    expect(() => loadPolicyFile(folder)).toThrow(/can't read/);
  });

  test('any text at all is understood or refused with places inside it', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.json(),
      fc.array(fc.string()).map((lines) => lines.join(':\n ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const lines = text.split(/\r\n|\n/).length;
        try {
          loadPolicyFile(file('any.yaml', text));
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyFileError);
          if (!(error instanceof PolicyFileError)) return;
          for (const mistake of error.mistakes) expect(mistake.line).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('one wrong value anywhere is found on its own line', () => {
    const lines = readFileSync(`${POLICIES}/demo.yaml`, 'utf8').split('\n');
    const values = lines.flatMap((line, i) =>
      /^ *(account|database|exposure|access|bucketPolicy|mode): \w/.test(line) ? [i] : [],
    );
    fc.assert(
      fc.property(fc.constantFrom(...values), (at) => {
        const changed = lines.map((line, i) => (i === at ? line.replace(/: .*/, ': { wrong: [1] }') : line));
        const path = file('one.yaml', changed.join('\n'));
        expect(mistakesOf(path).lines.map((line) => line.split(':')[1])).toContain(String(at + 1));
      }),
    );
  });
});
