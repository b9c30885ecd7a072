/** Service events on their way to a default bus, and the place tests read them from. */

/** An event as a service puts it on the default bus of `account` and `region`. */
export interface ServiceEvent {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The envelope EventBridge puts around an event. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventSink {
  put(event: EventEnvelope): void;
}

/** EventBridge's time has no milliseconds. */
const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The event as EventBridge delivers it. `now` is in milliseconds; the envelope's time has whole seconds. */
export function toEnvelope(event: ServiceEvent, id: string, now: number): EventEnvelope {
  return {
    version: '0',
    id,
    'detail-type': event.detailType,
    source: event.source,
    account: event.account,
    time: seconds(now),
    region: event.region,
    resources: event.resources,
    detail: event.detail,
  };
}
