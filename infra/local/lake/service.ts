/** The seams inside the lake: who calls, what an operation is, how it fails, and where state lives. */

import type { Backend } from './backend/backend.ts';
import type { EntryFaults } from './faults/faults.ts';
import type { Visibility } from './faults/visibility.ts';
import type { GlueState } from './glue/state.ts';
import type { PolicyDecider } from './iam/decide.ts';
import type { CredentialIssuer } from './identity/sessions.ts';
import type { LakeFormationState } from './lakeformation/state.ts';
import type { OrganizationsState } from './organizations/state.ts';
import type { RamState } from './ram/state.ts';

/** Who signed the request, as the services see it. */
export interface Caller {
  readonly kind: 'root' | 'user' | 'role' | 'service';
  /** 12 digits. */
  readonly account: string;
  /** The principal that permissions are granted to: IAM role or user ARN with its path, or `arn:aws:iam::ACCOUNT:root`. */
  readonly arn: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` when `kind` is `role`. */
  readonly sessionArn?: string;
  readonly sessionPolicies?: readonly string[];
  /** Session tags, and below them the role's own: what `aws:PrincipalTag/…` says. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of session tags that a role assumed next keeps. */
  readonly transitiveTags?: readonly string[];
}

/** One request on its way to an operation. `account` is the caller's: AWS has no other default. */
export interface Call {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
  readonly world: World;
}

/** Input and output use the API's member names; the protocol layer has already validated the input. */
// biome-ignore lint/suspicious/noExplicitAny: each operation narrows its own input with the SDK's request type
export type Operation = (call: Call, input: any) => unknown | Promise<unknown>;

/** A fact set, or a service's own doing played, by a test: `POST /_lake/<service>/<name>` with a JSON body. */
// biome-ignore lint/suspicious/noExplicitAny: each control narrows its own body
export type Control = (world: World, body: any) => unknown | Promise<unknown>;

/**
 * The operations of one service, by the name AWS gives them. What is absent is answered with 501 and its name.
 * A folder's `module.ts` exports one: `glueModule`, `lakeFormationModule`, `ramModule`, `organizationsModule`.
 */
export interface ServiceModule {
  /** The signing name: `glue`, `lakeformation`, `ram`, `organizations`, `sts`. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The ARNs an operation's IAM action is checked against before it runs; `['*']` where the service has none. */
  // biome-ignore lint/suspicious/noExplicitAny: as for Operation
  resources?(call: Call, input: any): readonly string[] | Promise<readonly string[]>;
  /** The resource policy in force on what the operation touches (the Glue catalog's): as text, when there is one. */
  // biome-ignore lint/suspicious/noExplicitAny: as for Operation
  resourcePolicy?(call: Call, input: any): string | undefined | Promise<string | undefined>;
  /**
   * For services whose state MiniStack keeps: decides about the request and answers with the account in whose name it
   * is forwarded. Asked for operations that `operations` doesn't have.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as for Operation
  forwardAs?(call: Call, input: any): Promise<string>;
  /** True when the module decides everything about the caller's rights itself (S3 needs bucket facts first). */
  readonly authorizesItself?: boolean;
  /** True for a call whose own name is no IAM action that is asked for: what it needs it checks when it runs. */
  isNoAction?(call: Call): boolean;
  readonly controls?: Readonly<Record<string, Control>>;
}

/** An answer AWS would give: `code` is the shape's name in the service model (`EntityNotFoundException`). */
export class AwsError extends Error {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, options: { status?: number; fields?: Record<string, unknown> } = {}) {
    super(message);
    this.name = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}

/** An event as a service puts it on the default bus of `account` and `region`. */
export interface ServiceEvent {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** All of the lake's state and the things that would make it unrepeatable: time, names, the outside. */
export interface World {
  /** Accounts the lake hosts, 12 digits each. */
  readonly accounts: Set<string>;
  /** Milliseconds since the epoch; moved by the control endpoint. */
  now(): number;
  /** A new seeded identifier: lower-case hexadecimal of the given length. */
  id(length: number): string;
  /** Puts a service event on a default bus, subject to faults (dropped, doubled, delayed, reordered). */
  emit(event: ServiceEvent): void;
  /** The value of a switch of `docs/unconfirmed.md`; an unknown name throws. */
  switch(name: string): string;
  /** Delays on demand: `const shows = visibility.wrote('ram', 'invitation')`, then `shows()` at each read. */
  readonly visibility: Visibility;
  /** Faults of single entries inside a batch (`Failures[]`), set by tests. */
  readonly faults: EntryFaults;
  /** Temporary credentials for a principal: what vending and AssumeRole hand out. */
  readonly credentials: CredentialIssuer;
  /** IAM evaluation, for operations that check more than their own action. */
  readonly iam: PolicyDecider;
  readonly backend: Backend;
  readonly glue: GlueState;
  readonly lakeFormation: LakeFormationState;
  readonly ram: RamState;
  readonly organizations: OrganizationsState;
}
