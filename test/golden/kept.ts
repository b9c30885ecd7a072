/** Pages that are kept: what our roles write in chosen stories stays the same, whatever reads and batches it takes. */

import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { InProcess } from '../support/in-process.ts';
import { pageOf } from './page.ts';

/** All that was written in this world is what `pages/STORY.txt` says; `vitest -u` takes over what is written now. */
export async function expectWritten({ written }: InProcess, story: string): Promise<void> {
  await expect(pageOf(written())).toMatchFileSnapshot(fileURLToPath(new URL(`pages/${story}.txt`, import.meta.url)));
}
