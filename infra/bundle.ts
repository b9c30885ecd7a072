/**
 * Bundles one handler: `node infra/bundle.ts functions/handlers/reconcile.ts out/index.mjs`. A process of its own, because
 * CDK wants an answer at once and esbuild's plugins only run asynchronously.
 */

import { readFile } from 'node:fs/promises';
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
 * would be called `NoSuchEntityException`: the table of codes knows both, and a test holds them to be the same to us.
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
    plugins: [literalKeys, versionsOnly],
  });
}

const [entry, outfile] = process.argv.slice(2);
if (import.meta.main && entry && outfile) await bundle(entry, outfile);
