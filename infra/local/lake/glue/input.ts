/** What every operation does with its input first. */

import { invalidInput } from './errors.ts';

/** The protocol layer has checked that it is there; the SDK's types can't know. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalidInput(`${name} is missing.`);
  return value;
}
