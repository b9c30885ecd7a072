/** Everything that our member roles wrote in one world, in order; and what of it came in no order that AWS takes. */

import type { Exchange, RunningLake } from '../../infra/local/lake/start.ts';
import { type Deed, deedsOf, type Invitation } from './deeds.ts';
import { crowds, violations } from './order.ts';
import { ALONE, PAIRS } from './pairs.ts';

/** The caller's ARN as the lake knows it, when it is one of our roles in a member account. */
const OURS = /:assumed-role\/[^/]+-(reader|operator|storage)\//;

export interface Recording {
  readonly witness: (exchange: Exchange) => void;
  /** Runs of one world: what they write belongs together as long as one of them is under way. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** All so far. */
  written(): readonly Deed[];
  /** Throws when runs wrote out of order, in words. */
  assertOrder(): void;
}

/** `lake` is asked when something happens: a reset replaces its state. `history`: what was written in the world of which this is a copy. */
export function record(lake: () => RunningLake, history: readonly Deed[] = []): Recording {
  const world: Deed[] = [...history];
  const disorder = new Set<string>();
  let began = 0;
  let running = 0;
  return {
    witness(exchange) {
      const [, role] = OURS.exec(exchange.caller) ?? [];
      if (exchange.kind !== 'write' || role === undefined) return;
      world.push(...deedsOf(exchange, role, (arn) => invitationIn(lake(), arn)));
    },
    async run(work) {
      if (running === 0) began = world.length;
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        const run = world.slice(began);
        if (running === 0)
          for (const text of [...violations(PAIRS, { world, run }), ...crowds(ALONE, run)]) disorder.add(text);
      }
    },
    written: () => [...world],
    assertOrder() {
      if (disorder.size > 0) throw new Error(`writes out of order:\n${[...disorder].join('\n')}`);
    },
  };
}

function invitationIn({ world }: RunningLake, arn: string): Invitation | null {
  const found = world.ram.invitations.get(arn);
  if (found === undefined) return null;
  const { sender, receiver, share } = found;
  const names = [...share.resources.keys()].map((resource) => /:(?:database|table)\/([^/]+)/.exec(resource)?.[1]);
  const databases = names.flatMap((name) => name ?? []);
  const isTagged = databases.length < names.length;
  return {
    sender,
    receiver,
    share: share.lakeFormation?.slot ?? share.name,
    databases: isTagged ? null : [...new Set(databases)].sort(),
  };
}
