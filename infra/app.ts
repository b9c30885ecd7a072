/** The CDK app: one policy file in, its stacks out. `cdk deploy`; `-c policy=FILE` for another than onramp.yaml. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { exitCodeOf, failureLines } from '#cli/failure.ts';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import { deployment } from './deployment.ts';
import { FLAGS } from './flags.ts';

/** The policy of the demo and the tests, for `-c sample=true` only: nobody deploys it by forgetting to name his own. */
const SAMPLE = fileURLToPath(new URL('../test/fixtures/policies/demo.yaml', import.meta.url));

function policyFile(): string {
  const asked: unknown = app.node.tryGetContext('policy');
  if (typeof asked === 'string') return asked;
  if (existsSync('onramp.yaml')) return 'onramp.yaml';
  if (app.node.tryGetContext('sample') === 'true') return SAMPLE;
  throw new LakeError('UsageInvalid', {
    message: 'there is no onramp.yaml here',
    remedy: 'cp docs/onramp.example.yaml onramp.yaml, or name your policy: -c policy=FILE',
  });
}

/** What is wrong with the file, as `onramp validate` says it: a stack trace helps nobody with a typing mistake. */
function loaded(): ReturnType<typeof loadPolicyFile> {
  try {
    return loadPolicyFile(policyFile());
  } catch (error) {
    if (!isLakeError(error)) throw error;
    process.stderr.write(`${failureLines(error, { debug: false }).join('\n')}\n`);
    process.exit(exitCodeOf(error));
  }
}

const app = new App({ context: FLAGS });
const path: unknown = app.node.tryGetContext('memberRolePath');
deployment(app, { ...loaded(), ...(typeof path === 'string' ? { memberRolePath: path } : {}) });
// A finding of the security rules that nobody has given a reason for stops the synthesis.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
