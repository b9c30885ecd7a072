/** The seams inside the lake: what an operation is, what a service is, and the world both work on. */

import type { Backend } from './backend/backend.ts';
import type { SignedCall } from './caller.ts';
import type { ServiceEvent } from './events.ts';
import type { EntryFaults } from './faults/faults.ts';
import type { Visibility } from './faults/visibility.ts';
import type { GlueState } from './glue/state.ts';
import type { PolicyDecider } from './iam/decide.ts';
import type { CredentialIssuer } from './identity/sessions.ts';
import type { LakeFormationState } from './lakeformation/state.ts';
import type { OrganizationsState } from './organizations/state.ts';
import type { RamState } from './ram/state.ts';

/** One request on its way to an operation. */
export interface Call extends SignedCall {
  readonly world: World;
}

/**
 * A request's members as the protocol layer hands them on: read by the service's model, and refused if they broke it.
 * Each operation declares the members it reads (the SDK's request type); `never` fits all of them, and only what has
 * been read by the model may be called one.
 */
export type Input = never;

/** Input and output use the API's member names. */
export type Operation = (call: Call, input: Input) => unknown | Promise<unknown>;

/** A fact set, or a service's own doing played, by a test: `POST /_lake/<service>/<name>` with a JSON body. */
export type Control = (world: World, body: Input) => unknown | Promise<unknown>;

/**
 * The operations of one service, by the name AWS gives them. What is absent is answered with 501 and its name.
 * A folder's `module.ts` exports one: `glueModule`, `lakeFormationModule`, `ramModule`, `organizationsModule`.
 */
export interface ServiceModule {
  /** The signing name: `glue`, `lakeformation`, `ram`, `organizations`, `sts`. */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
  /** The ARNs an operation's IAM action is checked against before it runs; `['*']` where the service has none. */
  resources?(call: Call, input: Input): readonly string[] | Promise<readonly string[]>;
  /** The resource policy in force on one of these ARNs (its Glue catalog's): as text, when there is one. */
  resourcePolicy?(call: Call, resource: string): string | undefined;
  /**
   * For services whose state MiniStack keeps: decides about the request and answers with the account in whose name it
   * is forwarded. Asked for operations that `operations` doesn't have.
   */
  forwardAs?(call: Call, input: Input): Promise<string>;
  /** True when the module decides everything about the caller's rights itself (S3 needs bucket facts first). */
  readonly authorizesItself?: boolean;
  /** True for a call whose own name is no IAM action that is asked for: what it needs it checks when it runs. */
  isNoAction?(call: Call): boolean;
  readonly controls?: Readonly<Record<string, Control>>;
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
