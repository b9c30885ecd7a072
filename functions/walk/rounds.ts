/** Writes that AWS refuses for the moment, in rounds. */

import { isLakeError, type LakeError } from '#contracts/errors.ts';

/** Waits between rounds for entries AWS refuses for the moment: 15.5 s in all, after the SDK's own retries of whole calls. */
export const ROUND_PAUSES_MS = [500, 1000, 2000, 4000, 8000];

/** Transient trouble, and what a share accepted or a role made moments ago still looks like (G-L4, G-L16). */
export function isPassing(error: LakeError | null): boolean {
  return isLakeError(error, 'Transient', 'NotVisible', 'PrincipalUnknown');
}
