/** How a world ended, as plain data: two that have the same end are the same to anybody who looks. */

import type { Entry } from '#contracts/ledger.ts';
import { mayStand } from '#core/ownership.ts';
import { ANALYTICS, FINANCE, REGION } from '../../infra/local/scenes/places.ts';
import { entriesIn } from './entries.ts';
import type { InProcess } from './in-process.ts';
import { openFindings } from './scopes.ts';
import { type State, stateOf } from './state.ts';

export interface End {
  readonly state: State;
  /** What may stand by our doing. */
  readonly ours: readonly string[];
  /** Keys of open findings. */
  readonly open: readonly string[];
}

export async function endOf(cloud: InProcess): Promise<End> {
  const lists = await Promise.all([FINANCE, ANALYTICS].map((account) => entriesIn(cloud.ledger, account, REGION)));
  const ours = lists.flat().filter(mayStand).map(entryText).sort();
  const open = (await openFindings(cloud)).map(({ key }) => key).sort();
  return { state: await stateOf(cloud.stage), ours, open };
}

/** RAM numbers its shares anew in every world; which product came first to what several want may differ. */
function entryText({ kind, account, target, principal, before }: Entry): string {
  const about = kind === 'acceptance' ? 'a share' : target;
  return JSON.stringify({ kind, account, about, principal, before });
}
