/**
 * Bundles one handler: `node infra/bundle.ts functions/handlers/reconcile.ts out/index.mjs`. A process of its own, because
 * CDK wants an answer at once and esbuild's plugins only run asynchronously.
 */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * The SDK's schemas name members by constants: `{ [_h]: … }`. To esbuild a computed key may have side effects, so it
 * keeps the schemas of every operation (S3 alone: 55 KB). With the constants' values in their place it drops the rest.
 */
const literalKeys: Plugin = {
  name: 'literal-keys',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const values = new Map(
        [...source.matchAll(/^const (_\w+) = ("[^"\n]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: withoutErrorClasses(source).replace(/\[(_\w+)\]:/g, (key, name) => `${values.get(name) ?? key}:`),
      };
    });
  },
};

/**
 * Of an error a client has no class for it makes one with AWS's own code and message, which is all that `functions/aws`
 * reads; the classes of all operations are 80 KB of reconcile. IAM, S3 and STS then say `NoSuchEntity` where a class
 * would be called `NoSuchEntityException`: the table of codes knows both (test/aws/transient), and calls that fail are
 * the same to us bundled and whole (test/infra/bundle). With the classes goes what they say of trying again.
 */
function withoutErrorClasses(source: string): string {
  return source.replace(/^n0_registry\.registerError\(.*\);$/gm, '');
}

/** Of its package.json a client reads the version only; whole, they are 20 KB of reconcile. */
const versionsOnly: Plugin = {
  name: 'versions-only',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version }: { version: string } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const throwing = (name: string): string =>
  `export class ${name} { constructor() { throw new Error('${name} is left out of bundles'); } }`;
const refusing = (name: string): string =>
  `export const ${name} = () => { throw new Error('${name} is left out of bundles'); };`;

const UTIL_STREAM = '@smithy/core/dist-es/submodules/serde/util-stream';

/**
 * What nothing of ours reaches, 38 KB of reconcile: hashes without Node's crypto, a browser's streams, answers that are
 * event streams (of S3, SelectObjectContent), retry mode adaptive (every client has our own strategy), signatures for
 * several Regions, and the cache of endpoints that DynamoDB's client makes and has no operation for. Making a client must
 * not throw, using these does. A test holds that the SDK has these files.
 */
export const UNREACHED: Readonly<Record<string, string>> = {
  '@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js': throwing('Sha256Js'),
  '@smithy/core/dist-es/submodules/checksum/md5/Md5Js.js': throwing('Md5Js'),
  '@aws-sdk/checksums/dist-es/submodules/sha/sha1/Sha1Js.js': throwing('Sha1Js'),
  [`${UTIL_STREAM}/sdk-stream-mixin.browser.js`]: refusing('sdkStreamMixin'),
  [`${UTIL_STREAM}/getAwsChunkedEncodingStream.browser.js`]: refusing('getAwsChunkedEncodingStream'),
  [`${UTIL_STREAM}/checksum/createChecksumStream.browser.js`]: refusing('createChecksumStream'),
  '@smithy/core/dist-es/submodules/retry/util-retry/DefaultRateLimiter.js': throwing('DefaultRateLimiter'),
  '@smithy/core/dist-es/submodules/event-streams/index.js': `${throwing('EventStreamSerde')}
    export const eventStreamSerdeProvider = () => undefined;
    export const resolveEventStreamSerdeConfig = (input) => input;`,
  '@aws-sdk/endpoint-cache/dist-es/EndpointCache.js': 'export class EndpointCache {}',
  '@aws-sdk/signature-v4-multi-region/dist-es/SignatureV4MultiRegion.js': `
    import { SignatureV4SignWithCredentials } from './SignatureV4SignWithCredentials';
    export class SignatureV4MultiRegion extends SignatureV4SignWithCredentials {
      static sigv4aDependency() { return 'none'; }
    }`,
};

const unreached: Plugin = {
  name: 'unreached',
  setup({ onLoad }) {
    onLoad({ filter: /@(smithy|aws-sdk)[\\/][^\\/]+[\\/]dist-es[\\/].*\.js$/ }, ({ path }) => {
      const file = path.replaceAll('\\', '/').split('/node_modules/').at(-1) ?? '';
      const contents = UNREACHED[file];
      return contents === undefined ? null : { contents, resolveDir: dirname(path) };
    });
  },
};

export async function bundle(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // The SDK's ES modules can be shaken, its CommonJS copies can't.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'error',
    // Nothing is external, the SDK neither: the runtime's own copy lags behind and changes under us.
    // Lambda hands out credentials in the environment; the default chain's other links are 100 KB.
    alias: {
      '@aws-sdk/credential-provider-node': fileURLToPath(
        new URL('../functions/aws/lambda-credentials.ts', import.meta.url),
      ),
    },
    plugins: [literalKeys, versionsOnly, unreached],
  });
}

const [entry, outfile] = process.argv.slice(2);
if (import.meta.main && entry && outfile) await bundle(entry, outfile);
