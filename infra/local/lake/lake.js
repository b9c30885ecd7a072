/**
 * `npm run -s lake -- --port 4570`. Plain JavaScript, so that what strips types is not even loaded once everything is
 * compiled: that was a third of a start. Node checks what it kept against the files, so it is never out of date.
 */

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('.local/compiled', import.meta.url)));
await import('./main.ts');
