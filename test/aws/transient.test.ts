/** What the SDK repeats because it passes by itself is Transient to us, so that a machine tries again later, too. */

import { pathToFileURL } from 'node:url';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { expect, test } from 'vitest';
import { toLakeError, type View } from '#aws/errors.ts';

const VIEW: View = { account: '111111111111', owner: true, doing: 'read' };
const CLIENTS = 'dynamodb,eventbridge,glue,iam,kms,lakeformation,organizations,ram,s3,sfn,sns,sts'.split(',');
// The predicates are public, the lists they look into are not.
const LISTS: Readonly<Record<string, readonly string[]>> = await import(
  pathToFileURL('node_modules/@smithy/core/dist-es/submodules/retry/service-error-classification/constants.js').href
);

type SdkError = Parameters<typeof isThrottlingError>[0];

const passes = (error: SdkError): boolean => isThrottlingError(error) || isTransientError(error);

/** As a client throws it. */
const thrown = (fields: object, message = ''): SdkError =>
  Object.assign(new Error(message), { $fault: 'client' as const, $metadata: {} }, fields) as SdkError;

function named(list: string): readonly string[] {
  const names = LISTS[list];
  if (names === undefined) throw new Error(`the SDK calls ${list} otherwise now`);
  return names;
}
const byName = [...named('THROTTLING_ERROR_CODES'), ...named('TRANSIENT_ERROR_CODES')];
const byCode = [...named('NODEJS_TIMEOUT_ERROR_CODES'), ...named('NODEJS_NETWORK_ERROR_CODES')];

/** A quota to every service of ours that uses the name, and no rate: it does not pass by itself. */
const NOT_TO_US = ['LimitExceededException'];

test.each(byName.filter((name) => !NOT_TO_US.includes(name)))('%s is Transient', (name) => {
  const error = thrown({ name });
  expect(passes(error)).toBe(true);
  expect(toLakeError(error, VIEW).code).toBe('Transient');
});

test.each(byCode)('a connection that ends with %s is Transient', (code) => {
  const error = thrown({ code });
  expect(passes(error)).toBe(true);
  expect(toLakeError(error, VIEW).code).toBe('Transient');
});

test.each([429, ...named('TRANSIENT_ERROR_STATUS_CODES').map(Number)])('a status of %d is Transient', (status) => {
  const error = thrown({ name: 'SomethingNew', $metadata: { httpStatusCode: status } });
  expect(passes(error)).toBe(true);
  expect(toLakeError(error, VIEW).code).toBe('Transient');
});

test('a signature that expired on its way is Transient: the next is made by a clock set right', () => {
  const error = thrown({ name: 'InvalidSignatureException' }, 'Signature expired: 20260101T000000Z is now earlier');
  expect(passes(error)).toBe(true);
  expect(toLakeError(error, VIEW).code).toBe('Transient');
});

test.each(CLIENTS)('of %s every error that its model says may be tried again is Transient', async (name) => {
  const client: Readonly<Record<string, unknown>> = await import(`@aws-sdk/client-${name}`);
  const classes = Object.values(client).filter(
    (value): value is new (given: object) => SdkError =>
      typeof value === 'function' && value.prototype instanceof Error,
  );
  expect(classes.length).toBeGreaterThan(3);
  const errors = classes.map((Made) => new Made({ message: '', $metadata: {} }));
  const judged = errors.filter((error) => passes(error) && !NOT_TO_US.includes(error.name));
  expect(judged.filter((error) => toLakeError(error, VIEW).code !== 'Transient').map((error) => error.name)).toEqual(
    [],
  );
});

/** What a schema of the SDK says of an error: its class's name, and the code that AWS sends where that is another. */
interface ErrorSchema {
  readonly 2: string;
  readonly 3: { readonly awsQueryError?: readonly [code: string, status: number] };
}

/** RAM's model has codes of a query protocol, too, which its JSON never says. */
const BY_CODE = CLIENTS.filter((name) => name !== 'ram');

// Bundles are made without the classes (infra/bundle.ts), and then see AWS's own codes.
test.each(BY_CODE)(
  'of %s every error is the same to us by the name of its class and by the code AWS sends',
  async (name) => {
    const client: Readonly<Record<string, unknown>> = await import(`@aws-sdk/client-${name}`);
    const schemas = Object.entries(client).flatMap(([key, value]) =>
      key.endsWith('$') && Array.isArray(value) && value[0] === -3 ? [value as unknown as ErrorSchema] : [],
    );
    expect(schemas.length).toBeGreaterThan(2);
    const differing = schemas.flatMap(({ 2: className, 3: { awsQueryError: [code, status] = [className, 400] } }) => {
      const by = (one: string, owner: boolean) =>
        toLakeError(thrown({ name: one, $metadata: { httpStatusCode: status } }), { ...VIEW, owner }).code;
      return [true, false].every((owner) => by(className, owner) === by(code, owner)) ? [] : [`${className} ${code}`];
    });
    expect(differing).toEqual([]);
  },
);
