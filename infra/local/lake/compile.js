/**
 * Run by `npm ci`: compiles the lake once, so that the first start is as quick as every other. Never fails nor
 * hangs, since nothing depends on it: a Node that can't run the lake may still install this project.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const lake = fileURLToPath(new URL('lake.js', import.meta.url));
spawnSync(process.execPath, [lake, '--compile'], { stdio: 'ignore', timeout: 30_000, killSignal: 'SIGKILL' });
