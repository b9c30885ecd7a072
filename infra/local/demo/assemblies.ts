/**
 * The project's own CDK app, once for each policy, in one process: loading CDK and bundling the functions takes most of
 * a synthesis and is the same for all of them (three processes took 19 s of CPU, this one takes 8).
 *
 * `node assemblies.ts DIRECTORY POLICY…`: each assembly lands in DIRECTORY/<the policy's name>.
 */

import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';

const [, , directory = '', ...policies] = process.argv;
// CDK finds a bundle it has made again only under the same directory, so all are synthesized in one and then copied.
const shared = join(directory, 'shared');
process.env['CDK_OUTDIR'] = shared;
for (const policy of policies) {
  const name = basename(policy, '.yaml');
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify({ policy });
  // A module runs once per URL; the query makes it another.
  await import(`../../app.ts?policy=${name}`);
  cpSync(shared, join(directory, name), { recursive: true });
}
