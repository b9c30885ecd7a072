/** The CDK app: one policy file in, its stacks out. `cdk deploy -c policy=onramp.yaml`. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadPolicyFile } from '#cli/policy-file.ts';
import { deployment } from './deployment.ts';
import { FLAGS } from './flags.ts';

/** The policy of the demo and the tests: what `npm run synth` shows on a clean clone. */
const SAMPLE = fileURLToPath(new URL('../test/fixtures/policies/demo.yaml', import.meta.url));

const app = new App({ context: FLAGS });
const asked: unknown = app.node.tryGetContext('policy');
const path: unknown = app.node.tryGetContext('memberRolePath');
const file = typeof asked === 'string' ? asked : existsSync('onramp.yaml') ? 'onramp.yaml' : SAMPLE;
deployment(app, { ...loadPolicyFile(file), ...(typeof path === 'string' ? { memberRolePath: path } : {}) });
// A finding of the security rules that nobody has given a reason for stops the synthesis.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
