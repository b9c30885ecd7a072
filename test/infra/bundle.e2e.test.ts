/** A bundle holds less of the SDK than the SDK: what our adapters make of AWS's refusals is the same. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, UNREACHED } from '../../infra/bundle.ts';
import { type AwsStub, awsError, queryError, type StubAnswer, startAwsStub, xmlError } from '../support/aws-stub.ts';
import * as whole from '../support/failing-calls.ts';

const ENTRY = fileURLToPath(new URL('../support/failing-calls.ts', import.meta.url));

let stub: AwsStub;
let bundled: typeof whole;
let text: string;
const folder = mkdtempSync(join(tmpdir(), 'onramp-bundle-'));
beforeAll(async () => {
  stub = await startAwsStub();
  const file = join(folder, 'index.mjs');
  await bundle(ENTRY, file);
  text = readFileSync(file, 'utf8');
  bundled = await import(pathToFileURL(file).href);
});
afterAll(async () => {
  await stub.close();
  rmSync(folder, { recursive: true });
});

function refusal({ code, wording, status, message }: whole.FailingCall): StubAnswer {
  if (wording === 's3') return xmlError(code, message, status);
  return wording === 'query' ? queryError(code, message, status) : awsError(code, message, status);
}

/** What came of it, and how often it was sent: the SDK repeats what it takes for trouble that passes. */
async function outcome(entry: typeof whole, nth: number) {
  const before = stub.requests.length;
  const found = await entry.outcomeOf(nth);
  return { found, sent: stub.requests.length - before };
}

/**
 * IAM, STS, SNS and S3 leave `Exception` out of the name of some errors, and only a class of the SDK puts it in: our codes
 * are the same, AWS's own words are then AWS's.
 */
const plain = (seen: unknown) => JSON.stringify(seen).replaceAll(/(?<="aws":\{"code":"\w+?)Exception(?=")/g, '');

describe('a bundle', () => {
  test('has no error classes of the SDK', () => {
    expect(text.includes('ResourceShareInvitationAlreadyRejectedException')).toBe(false);
    expect(text.length).toBeGreaterThan(100_000);
  });

  test('replaces files that the SDK has, and holds none of what they held', () => {
    expect(Object.keys(UNREACHED).filter((file) => !existsSync(`node_modules/${file}`))).toEqual([]);
    // Words of two of them.
    expect(['signature-v4-crt', 'prelude checksum'].filter((it) => text.includes(it))).toEqual([]);
  });

  test.each(whole.FAILING_CALLS.map(({ code, message }, nth) => [nth, code, message] as const))(
    'takes refusal %i for the same as the whole SDK does: %s, "%s"',
    async (nth) => {
      const call = whole.FAILING_CALLS[nth];
      if (call === undefined) throw new Error(`no call ${nth}`);
      stub.respond = () => refusal(call);
      const [asWhole, asBundled] = [await outcome(whole, nth), await outcome(bundled, nth)];
      expect(asWhole.sent).toBeGreaterThan(0);
      expect(plain(asBundled)).toBe(plain(asWhole));
    },
  );
});
