/**
 * A second CDK app, for a lake that is new: `cdk deploy --app "node infra/foundation.ts" -c lake=sales-lake -c
 * databases=kthr01`. Also `-c encrypted=true`, `-c crawlerRole=NAME`, `-c files=lake-formation`, `-c connections=`,
 * `-c secrets=`, `-c workflows=` with names or ARNs between commas.
 */

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FLAGS } from './flags.ts';
import { FoundationStack } from './stacks/foundation-stack.ts';

const app = new App({ context: FLAGS });
const text = (key: string) => {
  const value: unknown = app.node.tryGetContext(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const names = (key: string) => text(key)?.split(',') ?? [];
const name = text('lake') ?? 'data-lake';
const databases = names('databases');
const crawlerRoleName = text('crawlerRole');
new FoundationStack(app, `${name}-foundation`, {
  name,
  databases: databases.length > 0 ? databases : [name.replaceAll('-', '_')],
  encrypted: text('encrypted') === 'true',
  connections: names('connections'),
  secrets: names('secrets'),
  workflows: names('workflows'),
  files: text('files') === 'lake-formation' ? 'lake-formation' : 'role',
  ...(crawlerRoleName === undefined ? {} : { crawlerRoleName }),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
