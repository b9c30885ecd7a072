/** Starts a lake in this process: what tests and the demo call. */

import type { AddressInfo } from 'node:net';
import { createMemoryBackend } from './backend/memory/backend.ts';
import type { ServingBackend } from './backend/serving.ts';
import { type ControlClient, createControlClient } from './control-client.ts';
import { createDirectAsk, createDirectHandler, type DirectHandler } from './direct.ts';
import type { EventEnvelope, EventSink } from './events.ts';
import { createJournal } from './journal.ts';
import type { Lake, Snapshot } from './lake.ts';
import { servicesOf } from './modules.ts';
import { createLakeServer } from './server.ts';
import type { World } from './service.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import type { Witness } from './witness.ts';
import { createWorld, type OwnedWorld } from './world.ts';

export { connectionCut, type DirectHandler } from './direct.ts';
export type { Snapshot } from './lake.ts';
export type { Exchange } from './witness.ts';

export interface LakeOptions {
  /** Ephemeral when absent. */
  readonly port?: number;
  readonly seed?: number;
  /** Only these accounts exist. Without it, any 12-digit access key id is an account. */
  readonly accounts?: readonly string[];
  readonly switches?: Readonly<Record<string, string>>;
  /** Base URL of a MiniStack. */
  readonly ministack?: string;
  readonly clock?: () => number;
  /** Where service events go, beside the collector that `control.events()` reads; MiniStack's buses when there is one. */
  readonly sink?: EventSink;
  /** Told of every call to a service of the lake. */
  readonly witness?: Witness;
}

export interface RunningLake {
  readonly url: string;
  readonly port: number;
  /** Replaced by a reset. */
  readonly world: World;
  readonly control: ControlClient;
  /** For SDK clients of this process: the same answers without a socket. */
  readonly requestHandler: DirectHandler;
  /** The lake as it is now. Throws while faults or delays are set, and with MiniStack. */
  snapshot(): Snapshot;
  /** Puts it back to what a lake of the same options was. */
  restore(snapshot: Snapshot): void;
  close(): Promise<void>;
}

function makeWorld(options: LakeOptions, backend: ServingBackend, deliver: (event: EventEnvelope) => void): OwnedWorld {
  return createWorld({
    seed: options.seed ?? 1,
    accounts: options.accounts ?? [],
    switches: options.switches ?? {},
    backend,
    clock: options.clock ?? Date.now,
    deliver,
  });
}

async function makeBackend(options: LakeOptions, accounts: () => Iterable<string>): Promise<ServingBackend> {
  if (options.ministack === undefined) return createMemoryBackend();
  const { createMiniStackBackend } = await import('./backend/ministack/backend.ts');
  return createMiniStackBackend({ url: options.ministack, accounts });
}

async function makeSink(options: LakeOptions): Promise<EventSink | undefined> {
  if (options.sink !== undefined || options.ministack === undefined) return options.sink;
  const { createMiniStackSink } = await import('./event-sink.ts');
  return createMiniStackSink(options.ministack, (event, cause) => {
    process.emitWarning(`the lake lost ${event['detail-type']} of ${event.account}: ${String(cause)}`);
  });
}

async function makeLake(options: LakeOptions): Promise<Lake> {
  const backend = await makeBackend(options, () => lake.world.accounts);
  const sink = await makeSink(options);
  const events: EventEnvelope[] = [];
  const deliver = (event: EventEnvelope): void => {
    events.push(event);
    sink?.put(event);
  };
  const journal = createJournal();
  const lake: Lake = {
    world: makeWorld(options, backend, deliver),
    services: servicesOf(backend),
    journal,
    events,
    deliver,
    hosts(account) {
      if (options.accounts === undefined) lake.world.accounts.add(account);
      return lake.world.accounts.has(account);
    },
    ministack: options.ministack,
    snapshots: [],
    witness: options.witness,
    reset() {
      backend.reset();
      journal.reset();
      events.length = 0;
      lake.world = makeWorld(options, backend, deliver);
    },
  };
  return lake;
}

/** A lake that listens on 127.0.0.1. Throws for a port in use and for a switch or value that does not exist. */
export async function startLake(options: LakeOptions = {}): Promise<RunningLake> {
  const lake = await makeLake(options);
  const server = createLakeServer(lake);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    get world() {
      return lake.world;
    },
    control: createControlClient(createDirectAsk(() => lake)),
    requestHandler: createDirectHandler(() => lake),
    snapshot: () => takeSnapshot(lake),
    restore: (snapshot) => restoreSnapshot(lake, snapshot),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
