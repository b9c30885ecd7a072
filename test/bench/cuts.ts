/** Law 4 in full: every call of the stories in `test/faults`, killed before and after, refused and cut. Half an hour. */

import { globSync, readFileSync } from 'node:fs';
import { CUT_EVERY, CUT_PLACES } from '../support/cutting.ts';
import { taken } from './processes.ts';
import type { Row } from './report.ts';

const ROOT = new URL('../../', import.meta.url);

/** Stories that are cut everywhere. */
const files = (): readonly string[] =>
  globSync('test/faults/*.test.ts', { cwd: ROOT }).filter((file) =>
    readFileSync(new URL(file, ROOT), 'utf8').includes('everywhere('),
  );

/** @throws with the end of what was printed when a run did not recover from one of them. */
export async function benchCuts(): Promise<readonly Row[]> {
  const stories = files();
  const { code, stdout } = await taken('npx', ['vitest', 'run', '--project', 'faults', ...stories], {
    [CUT_EVERY]: '1',
  });
  if (code !== 0) throw new Error(`not every run recovers:\n${stdout.slice(-5000)}`);
  const places = [...stdout.matchAll(CUT_PLACES)].map(([, count]) => Number(count));
  return [
    { what: 'stories that are cut', measured: stories.length, unit: 'files' },
    {
      what: 'runs killed, refused or cut at one call each, after which the next reached the same end',
      measured: places.reduce((sum, n) => sum + n, 0),
      unit: 'runs',
    },
  ];
}
