/** Events as AWS sends them, for tests: field names, string counters and odd ARNs included. */

import type { PublishScope } from '#contracts/steps.ts';
import { FINANCE, REGION } from '../policy/documents.ts';

export interface EventParts {
  readonly source?: string;
  readonly type?: string;
  readonly account?: string;
  readonly region?: string;
  readonly resources?: readonly string[];
  readonly detail?: unknown;
}

export function eventOf(parts: EventParts): Record<string, unknown> {
  return {
    version: '0',
    id: '8ae5c7c8-4ef0-43ee-a5c0-8bbd0d8b8a36',
    'detail-type': parts.type ?? 'Glue Crawler State Change',
    source: parts.source ?? 'aws.glue',
    account: parts.account ?? FINANCE,
    time: '2026-02-11T01:25:00Z',
    region: parts.region ?? REGION,
    resources: parts.resources ?? [],
    detail: parts.detail,
  };
}

export function crawlerEvent(detail: Record<string, unknown> = {}, parts: EventParts = {}): Record<string, unknown> {
  return eventOf({
    ...parts,
    detail: {
      tablesCreated: '1',
      warningMessage: 'N/A',
      partitionsUpdated: '0',
      tablesUpdated: '0',
      message: 'Crawler Succeeded',
      partitionsDeleted: '0',
      accountId: FINANCE,
      'runningTime (sec)': '7',
      tablesDeleted: '0',
      crawlerName: 'cur-crawler',
      completionDate: '2026-02-11T01:25:00Z',
      state: 'Succeeded',
      partitionsCreated: '0',
      cloudWatchLogLink: 'https://console.aws.amazon.com/cloudwatch/home',
      ...detail,
    },
  });
}

export function databaseEvent(
  typeOfChange: string,
  databaseName: string,
  parts: EventParts = {},
): Record<string, unknown> {
  const detail = { databaseName, typeOfChange, changedTables: typeOfChange.endsWith('Table') ? ['legacy_all'] : [] };
  return eventOf({ type: 'Glue Data Catalog Database State Change', detail, ...parts });
}

export function tableEvent(
  typeOfChange: string,
  databaseName: string,
  parts: EventParts = {},
): Record<string, unknown> {
  const detail = { databaseName, tableName: 'legacy_all', typeOfChange };
  const resources = [`arn:aws:glue:${REGION}:${FINANCE}:database/default/foo`];
  return eventOf({ type: 'Glue Data Catalog Table State Change', resources, detail, ...parts });
}

export function jobEvent(detail: Record<string, unknown> = {}, parts: EventParts = {}): Record<string, unknown> {
  return eventOf({
    type: 'Glue Job State Change',
    detail: { jobName: 'import', severity: 'INFO', state: 'SUCCEEDED', jobRunId: 'jr_1', message: 'done', ...detail },
    ...parts,
  });
}

/** As a trail tells it: the request's members in camel case. */
export function callEvent(detail: Record<string, unknown> = {}, parts: EventParts = {}): Record<string, unknown> {
  return eventOf({
    type: 'AWS API Call via CloudTrail',
    detail: {
      eventVersion: '1.09',
      eventSource: 'glue.amazonaws.com',
      eventName: 'UpdateDatabase',
      recipientAccountId: FINANCE,
      requestParameters: { name: 'cur_org', databaseInput: { name: 'cur_org' } },
      responseElements: null,
      ...detail,
    },
    ...parts,
  });
}

export function sharingEvent(detail: Record<string, unknown>, parts: EventParts = {}): Record<string, unknown> {
  return eventOf({ source: 'aws.ram', type: 'Resource Sharing State Change', detail, ...parts });
}

export function publish(database: string | null, account: string = FINANCE, region: string = REGION): PublishScope {
  return { half: 'publish', account, region, database };
}
