/** Where service events go in the local cloud: MiniStack's default bus of the account and Region. */

import { authorization } from './backend/ministack/wire.ts';
import type { EventEnvelope, EventSink } from './events.ts';

/**
 * AWS refuses `aws.*` sources from customers, and so does MiniStack; the launcher (`infra/local/emulator`) lets in what
 * says that a service emitted it: `PutEvents` with `EmittedByService: true`, each entry with its `Id` and `Time`.
 * Events of one account and Region arrive in the order they were emitted.
 */
export function createMiniStackSink(
  ministack: string,
  failed: (event: EventEnvelope, cause: unknown) => void,
): EventSink {
  let last: Promise<unknown> = Promise.resolve();
  const put = async (event: EventEnvelope): Promise<void> => {
    const entry = {
      Id: event.id,
      Source: event.source,
      DetailType: event['detail-type'],
      Detail: JSON.stringify(event.detail),
      Time: Math.floor(Date.parse(event.time) / 1000),
      Resources: event.resources,
    };
    const answer = await fetch(ministack, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSEvents.PutEvents',
        authorization: authorization({ account: event.account, region: event.region, service: 'events' }),
      },
      body: JSON.stringify({ EmittedByService: true, Entries: [entry] }),
    });
    const { FailedEntryCount: count } = (await answer.json()) as { FailedEntryCount?: number };
    if (!answer.ok || count !== 0) throw new Error(`MiniStack took no ${entry.DetailType}: ${answer.status}`);
  };
  return {
    put(event) {
      last = last.then(() => put(event)).catch((cause: unknown) => failed(event, cause));
    },
  };
}
