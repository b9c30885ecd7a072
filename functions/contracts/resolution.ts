/** What an organization has told of the parts that audiences are written with: pinned by hash beside the policy. */

import * as z from 'zod/mini';

/** What a part is called that is the whole organization; units are called by their ids. */
export const WHOLE = 'organization';

/** One part of the organization: itself, or a unit with all units below it. */
export interface ResolvedPart {
  /** As `aws:PrincipalOrgPaths` has it, from the organization down: `o-…/r-…/ou-…/`. */
  readonly path: string;
  /** Ids of its accounts that are active, sorted. */
  readonly accounts: readonly string[];
}

export interface Resolution {
  /** `o-…` */
  readonly organization: string;
  /** By `organization` or the id of a unit. */
  readonly parts: Readonly<Record<string, ResolvedPart>>;
  /** What Organizations calls these accounts, by id. */
  readonly names: Readonly<Record<string, string>>;
}

/** An account that has dropped out of a part, and when that was seen (milliseconds since the epoch). */
export interface Departure {
  readonly account: string;
  /** `organization` or the id of a unit; absent: kept by a version that did not note it, and taken for no part. */
  readonly part?: string | undefined;
  readonly at: number;
}

/** As it is kept: `hash` is of the resolution alone. */
export interface StoredResolution {
  readonly hash: string;
  readonly resolution: Resolution;
  /** Of the last day: what follows from them passes the brake, and those of the last hour it counts. */
  readonly departed: readonly Departure[];
}

const ResolutionSchema = z.object({
  organization: z.string(),
  parts: z.record(z.string(), z.object({ path: z.string(), accounts: z.array(z.string()) })),
  names: z.record(z.string(), z.string()),
});

export const StoredResolutionSchema: z.ZodMiniType<StoredResolution> = z.object({
  hash: z.string(),
  resolution: ResolutionSchema,
  departed: z.array(z.object({ account: z.string(), part: z.optional(z.string()), at: z.number() })),
});

/** What a run is pinned to: the policy's hash, and the resolution's where the policy needs one. */
export function pinOf(policy: string, resolution: string | null): string {
  return resolution === null ? policy : `${policy}.${resolution}`;
}

/** The hashes in a pin. */
export function pinnedHashes(pin: string): { readonly policy: string; readonly resolution: string | null } {
  const [policy = '', resolution = null] = pin.split('.');
  return { policy, resolution };
}
