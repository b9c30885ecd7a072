/** What a run needs from outside: the policy it is pinned to, ways into AWS, the ledger, time, and an ear. */

import type { Access } from '#aws/clients.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Observation } from '#contracts/observation.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';
import type { ChangeWriters } from './change-writer.ts';
import type { HopModule } from './hop.ts';

interface WriteEvent {
  readonly account: string;
  readonly region: string;
  readonly hop: string;
  /** The kind of change, and the change in words. */
  readonly change: string;
  readonly text: string;
  readonly products: readonly string[];
  /** Whether it gives somebody access: what metrics count. */
  readonly givesAccess: boolean;
}

/** What happens in a run, for logs, metrics and progress. Never a payload, never a secret. */
export type RunEvent =
  | {
      readonly kind: 'assessed';
      readonly scope: string;
      readonly hop: string;
      readonly changes: number;
      readonly findings: number;
    }
  | (WriteEvent & { readonly kind: 'wrote' })
  | (WriteEvent & { readonly kind: 'refused'; readonly code: string })
  | {
      readonly kind: 'settled';
      readonly scope: string;
      readonly opened: number;
      readonly recovered: number;
      readonly open: number;
    }
  | { readonly kind: 'started'; readonly scope: string; readonly outcome: string };

/** Snapshots as the hub keeps them. */
export interface Snapshots {
  read(scope: PublishScope): Promise<Snapshot | null>;
  write(snapshot: Snapshot): Promise<void>;
}

/** What runs have seen, kept for their own next stages. */
export interface Observations {
  /** Null: it is gone, or is not what the hash says. */
  read(execution: string, hash: string): Promise<Observation | null>;
  /** @returns the SHA-256 by which it is read; empty when it is too large to be kept. */
  write(execution: string, observation: Observation): Promise<string>;
}

/** Whether a run may still write. */
export type Standing = 'current' | 'superseded' | 'halted';

export interface RunContext {
  readonly policy: Policy;
  /** The access path: all hops, in order. */
  readonly path: readonly HopModule[];
  readonly changes: ChangeWriters;
  readonly access: Access;
  /** Path of our roles in member accounts, `/onramp/`. */
  readonly rolePath: string;
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  readonly observations: Observations;
  /** Whether the pinned policy is still the current one, and nobody has halted the hub. Asked before the first write of a stage. */
  standing(): Promise<Standing>;
  /** The execution's ARN, or what stands for it. */
  readonly execution: string;
  /** Unique to this invocation: document leases are never re-entered. */
  readonly invocation: string;
  /** Runs at work in the account and Region, this one included: they share what may be asked and written a second. */
  readonly atWork: number;
  /** Whether this stage is tried again when a reading meets trouble that passes. */
  readonly patient: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
  emit(event: RunEvent): void;
  /** Starts another machine by the debounce rule. */
  start(scope: Scope): Promise<string>;
}
