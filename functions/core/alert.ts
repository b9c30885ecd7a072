/** What a person reads at 2 a.m.: who can't read what, where it broke, what AWS said, and what to do. */

import type { Alert } from '#contracts/documents.ts';
import type { Finding } from '#contracts/findings.ts';
import { partitionOf } from '#contracts/names.ts';

/** The sender cuts it to SNS's 100 ASCII characters; what matters stands first. */
export function alertSubject(
  found: Pick<Finding, 'product' | 'account' | 'hop' | 'cause' | 'state'>,
  what: 'failed' | 'recovered',
): string {
  const about = found.product ?? found.account;
  if (what === 'recovered') return `Lake Onramp: ${about} recovered (${found.hop}: ${found.cause})`;
  return `Lake Onramp: ${about} ${found.state === 'unknown' ? 'not verifiable' : 'not readable'} (${found.hop}: ${found.cause})`;
}

/** The message as plain text; what to do stands last. */
export function alertBody(alert: Alert, what: 'failed' | 'recovered'): string {
  const { finding: found } = alert;
  const aws =
    found.aws === null || found.aws === undefined
      ? 'not attempted: seen beforehand'
      : `${found.aws.code}: ${found.aws.message}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Product', found.product ?? '-'],
    ['Account', `${found.account} (${found.region})`],
    ['Who', found.principal ?? '-'],
    ['What', found.resource],
    ['Hop', found.hop],
    ['AWS said', aws],
    ['Cause', found.cause],
    ['Execution', alert.executionUrl],
  ];
  const table = rows.map(([name, value]) => `${name.padEnd(10)} ${value}`).join('\n');
  const head = what === 'recovered' ? 'Recovered, nothing to do. It was:' : found.message;
  const foot =
    what === 'recovered'
      ? found.message
      : `What to do: ${found.remedy}\n\nThis is told once. You hear again when it recovers.`;
  return `${head}\n\n${table}\n\n${foot}\n`;
}

const CONSOLES: Readonly<Record<string, string>> = {
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** A link into the console of the hub's Region: to an execution, or to the function that did it without one. */
export function executionUrl(executionArn: string, region: string): string {
  const host = CONSOLES[partitionOf(region)] ?? 'console.aws.amazon.com';
  const [, name] = /:function:([^:]+)/.exec(executionArn) ?? [];
  if (name !== undefined)
    return `https://${region}.${host}/lambda/home?region=${region}#/functions/${name}?tab=monitoring`;
  return `https://${region}.${host}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}
