/** Carries what the lake's services emit to the event buses of MiniStack. */

import type { EventEnvelope } from './lake/control-client.ts';

export interface EventForwarder {
  put(event: EventEnvelope): void;
  /** Resolves when every event put so far has been taken, or fails with the first one that was not. */
  settled(): Promise<void>;
}

/** In order, one at a time: AWS promises no order, but a scene reads better when cause comes before effect. */
export function createEventForwarder(emulatorUrl: string): EventForwarder {
  let last: Promise<void> = Promise.resolve();
  let failure: unknown;
  return {
    put(event) {
      last = last
        .then(() => send(emulatorUrl, event))
        .catch((error: unknown) => {
          failure ??= error;
        });
    },
    async settled() {
      await last;
      if (failure !== undefined) throw failure;
    },
  };
}

/** AWS's SDK can't say that a *service* emits an event; the launcher takes it from this extra member. */
async function send(emulatorUrl: string, event: EventEnvelope): Promise<void> {
  const scope = `${event.account}/${event.time.slice(0, 10).replaceAll('-', '')}/${event.region}/events/aws4_request`;
  const entry = {
    Id: event.id,
    Time: Math.floor(Date.parse(event.time) / 1000),
    Source: event.source,
    DetailType: event['detail-type'],
    Resources: event.resources,
    Detail: JSON.stringify(event.detail),
  };
  const answer = await fetch(emulatorUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=local`,
    },
    body: JSON.stringify({ EmittedByService: true, Entries: [entry] }),
  });
  if (!answer.ok)
    throw new Error(`the emulator refused ${event['detail-type']}: ${answer.status} ${await answer.text()}`);
}
