/** The question every service asks before it acts: may this caller do this to that. */

import type { Caller } from '../caller.ts';

export type ContextValue = string | readonly string[];

export interface Question {
  readonly caller: Caller;
  /** `glue:GetTable`. */
  readonly action: string;
  readonly resource: string;
  /** Text of the resource's own policy, when it has one. */
  readonly resourcePolicy?: string | undefined;
  /** The account the resource belongs to; the caller's when absent. Another account needs both sides to allow. */
  readonly resourceAccount?: string;
  /** Trust and key policies: without an allow there nobody may, whatever identity policies say. */
  readonly resourceMustAllow?: boolean;
  /** Condition keys beyond those the caller brings (`aws:PrincipalArn`, `aws:PrincipalTag/…`, …). */
  readonly context?: Readonly<Record<string, ContextValue>>;
}

export interface Decision {
  readonly effect: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Which kind of policy decided. */
  readonly by: 'root' | 'identity' | 'resource' | 'session' | 'boundary' | 'control';
}

export interface PolicyDecider {
  /** Whether service control policies could refuse the caller anything. */
  isControlled(caller: Caller): boolean;
  decide(question: Question): Promise<Decision>;
  /** Throws AWS's refusal (AccessDeniedException or the protocol's own name for it) unless allowed. */
  authorize(question: Question): Promise<void>;
}
