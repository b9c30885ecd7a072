/**
 * Events as AWS sends them, as far as we read them: unknown fields are theirs to add. Only the envelope says which
 * account and Region an event is about; `detail` may name another account, and nobody checks that it is true.
 */

import * as z from 'zod/mini';
import { LakeError } from './errors.ts';
import { shown } from './shown.ts';

/** EventBridge's envelope. `resources` is not read: AWS's own samples of catalog events put wrong ARNs there. */
export const EnvelopeSchema = z.object({
  id: z.string().check(z.minLength(1)),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.minLength(1)),
  detail: z.unknown(),
});
export type Envelope = z.infer<typeof EnvelopeSchema>;

/** The crawler's counters: strings of digits, and absent from some states. */
export const CRAWLER_COUNTERS = [
  'tablesCreated',
  'tablesUpdated',
  'tablesDeleted',
  'partitionsCreated',
  'partitionsUpdated',
  'partitionsDeleted',
] as const;

const counter = z.optional(z.union([z.string(), z.number()]));

/** `Glue Crawler State Change`. It names neither database nor tables. */
export const CrawlerDetailSchema = z.object({
  crawlerName: z.string().check(z.minLength(1)),
  state: z.string(),
  errorMessage: z.optional(z.string()),
  tablesCreated: counter,
  tablesUpdated: counter,
  tablesDeleted: counter,
  partitionsCreated: counter,
  partitionsUpdated: counter,
  partitionsDeleted: counter,
});
export type CrawlerDetail = z.infer<typeof CrawlerDetailSchema>;

/** `Glue Data Catalog Database State Change`: databases come and go, and tables are created and deleted. */
export const CatalogDatabaseDetailSchema = z.object({
  databaseName: z.string().check(z.minLength(1)),
  typeOfChange: z.string(),
});

/** `Glue Data Catalog Table State Change`: tables are updated, and everything about partitions. */
export const CatalogTableDetailSchema = z.object({
  databaseName: z.string().check(z.minLength(1)),
  tableName: z.string(),
  typeOfChange: z.string(),
});

/** `Glue Job State Change`: told of SUCCEEDED, FAILED, TIMEOUT and STOPPED. */
export const JobDetailSchema = z.object({ jobName: z.string().check(z.minLength(1)), state: z.string() });

/** Whose session made a call; of an assumed role, the role itself is the issuer. */
const CallerSchema = z.object({
  type: z.nullish(z.string()),
  sessionContext: z.nullish(z.object({ sessionIssuer: z.nullish(z.object({ arn: z.nullish(z.string()) })) })),
});
export type Caller = z.infer<typeof CallerSchema>;

/** `AWS API Call via CloudTrail` of Glue: members of a request are in camel case there, and null where there are none. */
export const GlueCallDetailSchema = z.object({
  eventSource: z.literal('glue.amazonaws.com'),
  eventName: z.string(),
  errorCode: z.optional(z.string()),
  userIdentity: z.nullish(CallerSchema),
  requestParameters: z.optional(
    z.nullable(z.object({ name: z.optional(z.string()), catalogId: z.optional(z.string()) })),
  ),
});

/** `Resource Sharing State Change`. Only `event` and `status` are documented. */
export const SharingDetailSchema = z.object({ event: z.optional(z.string()), status: z.optional(z.string()) });

/**
 * `Onramp Policy Changed`, our own. `gone`: databases of which the policy before had products and this one has none; catalogs (no database) likewise.
 * `left`: consumers for which the policy before had something that this one has not.
 */
export const PolicyChangedDetailSchema = z.object({
  hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  gone: z.optional(z.array(z.object({ account: z.string(), region: z.string(), database: z.nullable(z.string()) }))),
  left: z.optional(z.array(z.object({ account: z.string(), region: z.string() }))),
  /** The same file as before, for other accounts: these alone are due. Absent: everything is. */
  only: z.optional(z.array(z.object({ account: z.string(), region: z.string(), database: z.nullable(z.string()) }))),
});
export type PolicyChangedDetail = z.infer<typeof PolicyChangedDetailSchema>;

export function readEnvelope(event: unknown): Envelope {
  const parsed = z.safeParse(EnvelopeSchema, event);
  if (parsed.success) return parsed.data;
  throw new LakeError('EventInvalid', {
    message: `not an EventBridge event: missing or wrong ${wrongFields(parsed.error, 'the event')}; found ${shortened(event)}`,
    remedy: 'only EventBridge may invoke this function; look who else did',
  });
}

/** Reads an event's detail; what has the wrong shape goes, with what was found, to the dead-letter queue. */
export function readDetail<T extends z.ZodMiniType>(schema: T, event: Envelope): z.infer<T> {
  const parsed = z.safeParse(schema, event.detail);
  if (parsed.success) return parsed.data;
  const type = `${short(event.source)}, ${short(event['detail-type'])}`;
  throw new LakeError('EventInvalid', {
    message: `event ${short(event.id)} (${type}) has missing or wrong fields: ${wrongFields(parsed.error, 'detail')}; found ${shortened(event.detail)}`,
    remedy:
      'compare with a sample of this event in the EventBridge console; redrive it once a version runs that reads it',
  });
}

function wrongFields(
  error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] },
  whole: string,
): string {
  return error.issues.map((issue) => issue.path.join('.') || whole).join(', ');
}

function shortened(value: unknown): string {
  return short(JSON.stringify(value) ?? String(value), 300);
}

/** Of any length and by anybody who can send events: bounded before it is logged or told. */
function short(text: string, most = 100): string {
  const plain = shown(text);
  return plain.length > most ? `${plain.slice(0, most - 3)}...` : plain;
}
