/** The lake's one state, made from a seed and a clock. */

import type { Backend } from './backend/backend.ts';
import { type EventEnvelope, toEnvelope } from './events.ts';
import { createFaults, type Faults } from './faults/rules.ts';
import { createVisibility, type VisibilityControl } from './faults/visibility.ts';
import { createGlueState } from './glue/state.ts';
import type { OrganizationFacts } from './iam/context.ts';
import { createDecider } from './iam/decider.ts';
import { createSessions, type SessionStore } from './identity/sessions.ts';
import { createLakeFormationState } from './lakeformation/state.ts';
import { controlOf } from './organizations/control-policies.ts';
import { pathOf } from './organizations/lookup.ts';
import { createOrganizationsState } from './organizations/state.ts';
import { createRamState } from './ram/state.ts';
import { createRandom, type Random } from './random.ts';
import type { World } from './service.ts';
import { SWITCHES } from './switches.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly accounts: readonly string[];
  readonly switches: Readonly<Record<string, string>>;
  readonly backend: Backend;
  /** The clock that `offset` is added to. */
  readonly clock: () => number;
  readonly deliver: (event: EventEnvelope) => void;
}

/** What the server and the control endpoint see of the world, beyond what services do. */
export interface OwnedWorld extends World {
  readonly visibility: VisibilityControl;
  readonly faults: Faults;
  readonly sessions: SessionStore;
  /** Switches that something has depended on so far: had all others been flipped, all would have gone the same. */
  readonly asked: Set<string>;
  /** Whatever it tosses comes from these. */
  readonly randoms: readonly Random[];
  moveClock(ms: number): void;
}

function switchTable(chosen: Readonly<Record<string, string>>, asked: Set<string>): (name: string) => string {
  for (const [name, value] of Object.entries(chosen)) {
    const known = SWITCHES.find((entry) => entry.name === name);
    if (known === undefined) throw new Error(`no switch is called ${name}`);
    if (value !== known.default && !known.alternatives.includes(value))
      throw new Error(`switch ${name} is ${[known.default, ...known.alternatives].join(' or ')}, not ${value}`);
  }
  const values = new Map(SWITCHES.map((entry) => [entry.name, chosen[entry.name] ?? entry.default]));
  return (name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no switch is called ${name}`);
    asked.add(name);
    return value;
  };
}

const uuid = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** An empty world. Two with the same seed and calls are alike. Throws for a switch or value that does not exist. */
export function createWorld(options: WorldOptions): OwnedWorld {
  const random = createRandom(options.seed);
  const [forSessions, forFaults] = [createRandom(options.seed + 1), createRandom(options.seed + 2)];
  const asked = new Set<string>();
  let offset = 0;
  const now = (): number => options.clock() + offset;
  const sessions = createSessions(forSessions, now);
  const faults = createFaults(forFaults, now);
  const organizations = createOrganizationsState();
  const organizationOf = (account: string): OrganizationFacts | undefined => {
    const organization = organizations.organizations.get(organizations.membership.get(account) ?? '');
    return organization === undefined ? undefined : { id: organization.id, path: pathOf(organization, account) };
  };
  return {
    accounts: new Set(options.accounts),
    now,
    id: (length) => random.hex(length),
    emit(event) {
      faults.event(toEnvelope(event, uuid(random.hex(32)), now()), options.deliver);
    },
    switch: switchTable(options.switches, asked),
    asked,
    visibility: createVisibility(now),
    faults,
    sessions,
    credentials: sessions,
    iam: createDecider({
      backend: options.backend,
      now,
      organizationOf,
      controlOf: (caller) => controlOf(organizations, caller),
    }),
    backend: options.backend,
    glue: createGlueState(),
    lakeFormation: createLakeFormationState(),
    ram: createRamState(),
    organizations,
    randoms: [random, forSessions, forFaults],
    moveClock(ms) {
      offset += ms;
    },
  };
}
