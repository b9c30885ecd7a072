/** Links that were made anew with another target: for a day AWS does not let engines follow them. */

import type { DatabaseIdentifier, TableIdentifier } from '@aws-sdk/client-glue';
import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';
import type { TableRef } from './names.ts';
import { catalogOf, findDatabase, findTable } from './state.ts';

const guardMs = 24 * 60 * 60 * 1000;

type Target = DatabaseIdentifier | TableIdentifier;

/** To be called for each link made; `name` is `database` or `database/table`. */
export function rememberLink(call: Call, place: { account: string; region: string }, name: string, to: Target): void {
  const { links } = catalogOf(call.world.glue, place.account, place.region);
  const target = JSON.stringify(to).toLowerCase();
  const before = links.get(name);
  const changed = before && before.target !== target ? call.world.now() : before?.changed;
  links.set(name, { target, changed });
}

/** Refuses an engine's question through a link whose target changed lately. */
export function requireSettled(call: Call, ref: TableRef): void {
  if (call.world.switch('glue-relinked-refuses') === 'nobody') return;
  const { links } = catalogOf(call.world.glue, ref.account, ref.region);
  const { database, table } = ref;
  const through = [
    findDatabase(call.world.glue, ref.account, ref.region, database)?.database.TargetDatabase && database,
    findTable(call.world.glue, ref.account, ref.region, database, table)?.table.TargetTable && `${database}/${table}`,
  ];
  for (const name of through) {
    const changed = name === undefined ? undefined : links.get(name)?.changed;
    if (changed === undefined || call.world.now() - changed >= guardMs) continue;
    throw new AwsError(
      'AccessDeniedException',
      `Caller is temporarily not authorized to perform this operation on resource ${name}`,
    );
  }
}
