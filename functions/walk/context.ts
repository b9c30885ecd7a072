/** What a walk needs from outside: the policy it is pinned to, ways into AWS, the ledger, time, and an ear. */

import type { Access } from '#aws/clients.ts';
import type { Ledger } from '#contracts/ledger.ts';
import type { Policy } from '#contracts/policy.ts';
import type { Snapshot } from '#contracts/snapshot.ts';
import type { PublishScope, Scope } from '#contracts/steps.ts';

/** What happens on a walk, for logs, metrics and progress. Never a payload, never a secret. */
export type WalkEvent =
  | {
      readonly kind: 'decided';
      readonly scope: string;
      readonly hop: string;
      readonly actions: number;
      readonly findings: number;
    }
  | {
      readonly kind: 'wrote';
      readonly account: string;
      readonly region: string;
      readonly hop: string;
      readonly action: string;
      readonly text: string;
      readonly products: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly account: string;
      readonly region: string;
      readonly hop: string;
      readonly action: string;
      readonly text: string;
      readonly code: string;
      readonly products: readonly string[];
    }
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

export interface WalkContext {
  readonly policy: Policy;
  readonly access: Access;
  /** Path of our roles in member accounts, `/onramp/`. */
  readonly rolePath: string;
  readonly ledger: Ledger;
  readonly snapshots: Snapshots;
  /** The execution's ARN, or what stands for it. */
  readonly execution: string;
  /** Unique to this invocation: document leases are never re-entered. */
  readonly invocation: string;
  /** Whether this stage is tried again when a reading meets trouble that passes. */
  readonly patient: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
  tell(event: WalkEvent): void;
  /** Starts another machine by the debounce rule. */
  start(scope: Scope): Promise<string>;
}
