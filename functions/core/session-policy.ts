/** What one session in a member account may do: rows of a role's rights, cut down to an account, Region and place. */

import { LakeError } from '#contracts/errors.ts';
import { shortHash } from '#contracts/hash.ts';
import type { PermissionRow } from '#contracts/permissions.ts';

export interface SessionPolicy {
  readonly text: string;
  /** Part of the key under which clients are cached. */
  readonly hash: string;
}

/** What a session is for. A row whose placeholder has no value here is left out. */
export interface SessionPlace {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** Absent: any. */
  readonly database?: string | undefined;
  /** A name. */
  readonly bucket?: string | undefined;
  /** ARN of a KMS key. */
  readonly key?: string | undefined;
  /** ARN of the role with which a location is registered. */
  readonly registrationRole?: string | undefined;
}

/** STS's limit on a session policy's text, in characters. */
const LONGEST = 2048;

/**
 * The policy of a session that reads: all the rows' actions, wherever the role itself may. What it may read the role
 * says; naming it twice would not fit STS's limit.
 */
export function readingPolicy(rows: readonly PermissionRow[], place: SessionPlace): SessionPolicy {
  return policyOf(
    rows.map((row) => ({ ...row, on: ['*'] })),
    place,
  );
}

/** The policy of a session that writes: the rows' actions on the very place. @throws LimitExceeded past STS's limit. */
export function writingPolicy(rows: readonly PermissionRow[], place: SessionPlace): SessionPolicy {
  return policyOf(rows, place);
}

function policyOf(rows: readonly PermissionRow[], place: SessionPlace): SessionPolicy {
  const filled = rows.map((row) => ({ ...row, on: row.on.flatMap((arn) => fill(arn, place) ?? []) }));
  const groups = Map.groupBy(
    filled.filter(({ on }) => on.length > 0),
    ({ on, condition }) => JSON.stringify([on, condition ?? null]),
  );
  const statements = [...groups.values()].map((same) => ({
    Effect: 'Allow',
    Action: [...new Set(same.flatMap(({ actions }) => actions))],
    Resource: same[0]?.on,
    ...(same[0]?.condition === undefined ? {} : { Condition: same[0].condition }),
  }));
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (text.length > LONGEST) {
    const what = rows.map(({ sid }) => sid).join(', ');
    throw new LakeError('LimitExceeded', {
      message: `session policy for ${what} in ${place.account} is ${text.length} characters, more than ${LONGEST}`,
    });
  }
  return { text, hash: shortHash(text, 16) };
}

/** Null when a placeholder has no value. */
function fill(arn: string, place: SessionPlace): string | null {
  const values: Readonly<Record<string, string | undefined>> = {
    ...place,
    database: place.database ?? '*',
    // Which keys, the role says.
    catalogKey: `arn:${place.partition}:kms:*:*:key/*`,
  };
  const names = [...arn.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => values[name] === undefined)) return null;
  return arn.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}
