/** Hop 2: where a product's bytes are registered, with what role, and whether that role can read them. */

import { describe, expect, test } from 'vitest';
import { NOTHING } from '#core/assessment.ts';
import type { LocationFacts, RoleFacts } from '#core/facts.ts';
import { known } from '#core/observed.ts';
import { assessLocation, type LocationRests } from '#hops/location/by-product.ts';
import { FINANCE } from '../../core/policy/documents.ts';
import { DENIED, expectUnreadable, productOf } from '../builders.ts';

type Registered = NonNullable<LocationFacts['registered']>;

const ROLE = `arn:aws:iam::${FINANCE}:role/lake/registration`;
const LINKED = `arn:aws:iam::${FINANCE}:role/aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess`;
const KEY = `arn:aws:kms:ap-northeast-1:${FINANCE}:key/1`;
const statement = (Action: string | string[], Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource });
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const reads = statement(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::cur-export', 'arn:aws:s3:::cur-export/*']);
const role = (...statements: object[]): RoleFacts => ({
  arn: ROLE,
  id: 'AROAREGISTRATION',
  name: 'registration',
  path: '/lake/',
  trust: '',
  tags: {},
  policies: [document(...statements)],
  boundary: null,
});
const registered = (changes: Partial<Registered> = {}) =>
  known({
    registered: { arn: 'arn:aws:s3:::cur-export', roleArn: ROLE, hybrid: false, verification: 'VERIFIED', ...changes },
  });
const NONE = known({ registered: null });
const STORED = { bucketPolicy: { text: null }, keyPolicy: null, encryption: { algorithm: 'AES256', key: null } };
const RESTS = {
  encryption: known({ mode: 'DISABLED', key: null }),
  storage: known(STORED),
  role: known(role(reads)),
} satisfies LocationRests;

function assess(
  storage: Record<string, unknown>,
  facts: ReturnType<typeof registered> | typeof NONE | typeof DENIED,
  rests: Partial<LocationRests> = {},
) {
  const accounts = { 'finance-lake': FINANCE, analytics: '222222222222', stores: '555555555555' };
  const { policy, product } = productOf({ storage: { location: 's3://cur-export/cur/', ...storage } }, { accounts });
  return assessLocation({ policy, product, facts, rests: { ...RESTS, ...rests } });
}
const causes = ({ findings }: ReturnType<typeof assess>) => findings.map(({ cause }) => cause);

describe('access: iam', () => {
  test('not registered, or in hybrid access: plain IAM reads', () => {
    for (const facts of [NONE, registered({ hybrid: true })]) expect(assess({}, facts).findings).toEqual([]);
  });

  test('registered: the registration role reads, so it is told and left', () => {
    const { changes, findings, foreign } = assess({}, registered());
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'location-registered', product: 'cur' }]);
    expect(foreign).toEqual(['registration of arn:aws:s3:::cur-export']);
  });

  test('unknown', () => expectUnreadable(assess({}, DENIED)));
});

describe('access: lake-formation', () => {
  const vended = { access: 'lake-formation' };

  test('not registered: registered with the role the policy names, the service-linked one where it names none', () => {
    expect(assess({ ...vended, registration: ROLE }, NONE).changes).toMatchObject([
      { kind: 'register-location', arn: 'arn:aws:s3:::cur-export/cur', roleArn: ROLE, hybrid: false },
    ]);
    expect(assess(vended, NONE).changes).toMatchObject([{ roleArn: null, hybrid: false, effect: 'widens' }]);
    expect(assess({ access: 'hybrid' }, NONE).changes).toMatchObject([{ hybrid: true }]);
    expect(assess({ ...vended, location: 's3://cur-export' }, NONE).changes).toMatchObject([
      { arn: 'arn:aws:s3:::cur-export' },
    ]);
  });

  test('registered by whomever, with a role the policy does not speak of: it holds (G-L26)', () => {
    expect(assess(vended, registered())).toEqual(NOTHING);
    expect(assess(vended, registered({ roleArn: LINKED }), { role: null }).findings).toEqual([]);
  });

  test.each([
    [{ ...vended, registration: 'service-linked' }, {}],
    [{ ...vended, registration: `${ROLE}-2` }, {}],
    [vended, { hybrid: true }],
    [{ access: 'hybrid' }, {}],
  ])('%j, registered otherwise: told, and never changed (G-L26)', (storage, found) => {
    const assessment = assess(storage, registered(found));
    expect(assessment.changes).toEqual([]);
    expect(causes(assessment)).toEqual(['location-registered-otherwise']);
  });

  const withKey = (algorithm: string, key: string | null) => ({
    storage: known({ ...STORED, encryption: { algorithm, key } }),
  });
  test.each([
    ['the bucket of another account', { ...vended, account: 'stores' }, {}],
    ['the key aws/s3', vended, withKey('aws:kms', null)],
    ['the key aws/s3 by its alias', vended, withKey('aws:kms:dsse', 'alias/aws/s3')],
    ['an encrypted catalog that is shared', vended, { encryption: known({ mode: 'SSE-KMS', key: KEY }) }],
  ])('%s asks for a role of its own, registered or not', (_, storage, rests) => {
    for (const facts of [NONE, registered({ roleArn: LINKED })]) {
      const assessment = assess(storage, facts, { role: null, ...rests });
      expect(assessment.changes).toEqual([]);
      expect(causes(assessment)).toEqual(['location-needs-role']);
    }
    expect(causes(assess({ ...storage, registration: ROLE }, NONE, rests))).toEqual([]);
  });

  test('whether the service-linked role will do is unknown: nothing is registered', () => {
    expectUnreadable(assess(vended, NONE, { storage: DENIED }));
    expectUnreadable(assess(vended, NONE, { encryption: DENIED }));
  });
});

describe('the registration role (G-L27)', () => {
  const vended = { access: 'lake-formation', registration: ROLE };

  test('may not decrypt: named with the key, apart from any grant', () => {
    const keyPolicy = {
      text: document({ ...statement('kms:*', '*'), Principal: { AWS: `arn:aws:iam::${FINANCE}:root` } }),
    };
    const storage = known({ bucketPolicy: { text: null }, keyPolicy, encryption: { algorithm: 'aws:kms', key: KEY } });
    const { changes, findings } = assess({ ...vended, key: KEY }, registered(), { storage });
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'registration-role-unfit', principal: ROLE }]);
    expect(findings[0]?.message).toContain(`kms:Decrypt on ${KEY}`);
    expect(findings[0]?.remedy).toContain('Grants are not the cause');
    const may = known(role(reads, statement('kms:Decrypt', KEY)));
    expect(assess({ ...vended, key: KEY }, registered(), { storage, role: may }).findings).toEqual([]);
  });

  test('may not read the bucket, by its own policies or by the policy of the other account', () => {
    expect(causes(assess(vended, registered(), { role: known(role()) }))).toEqual(['registration-role-unfit']);
    const { findings } = assess({ ...vended, account: 'stores' }, registered());
    expect(findings).toMatchObject([{ cause: 'registration-role-unfit' }]);
    expect(findings[0]?.remedy).toContain(`"Principal":{"AWS":"${ROLE}"}`);
  });

  test('is gone, or AWS failed to verify it for a reason it keeps to itself', () => {
    expect(assess(vended, registered(), { role: known(null) }).findings[0]?.message).toContain('there is no such role');
    const failed = registered({ verification: 'VERIFICATION_FAILED' });
    expect(assess(vended, failed).findings).toMatchObject([{ cause: 'registration-role-unfit' }]);
    expect(assess(vended, failed, { role: DENIED }).findings[0]?.message).toContain("AWS's own verification");
  });

  test('what can not be read tells nothing against it', () => {
    expect(assess(vended, registered(), { role: DENIED, storage: DENIED }).findings).toEqual([]);
    expect(assess(vended, registered({ verification: 'NOT_VERIFIED' })).findings).toEqual([]);
  });
});
