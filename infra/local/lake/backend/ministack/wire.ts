/** Calls to MiniStack as an account's root. It takes a 12-digit access key id for the account and checks no signature. */

import { parseXml, type XmlNode } from '../../protocol/xml.ts';

export interface Target {
  readonly url: string;
  readonly account: string;
  readonly region: string;
  readonly service: string;
}

export interface WireResult {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A header that names who asks whom; MiniStack reads no more of it. */
export const authorization = ({ account, region, service }: Omit<Target, 'url'>): string =>
  `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=lake`;

/** Sends a request in an account's name, and reads the whole answer whatever its status. */
export async function send(
  target: Target,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<WireResult> {
  const answer = await fetch(new URL(path, target.url), {
    method,
    headers: { ...headers, authorization: authorization(target) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const broken = (what: string, { status, text }: WireResult): Error =>
  new Error(`MiniStack answered ${what} with ${status}: ${text.slice(0, 300)}`);

/** The answer of a query-protocol operation; undefined when the entity does not exist. */
export async function query(
  target: Target,
  action: string,
  params: Record<string, string>,
): Promise<XmlNode | undefined> {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-08', ...params }).toString();
  const result = await send(target, 'POST', '/', { 'content-type': 'application/x-www-form-urlencoded' }, body);
  if (result.status === 404) return undefined;
  if (result.status !== 200) throw broken(action, result);
  return parseXml(result.text);
}

/** The answer of a json-1.1 operation; undefined when AWS would say NotFoundException. */
export async function json(
  target: Target,
  operation: string,
  input: object,
): Promise<Record<string, unknown> | undefined> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': operation };
  const result = await send(target, 'POST', '/', headers, JSON.stringify(input));
  if (result.status !== 200 && result.text.includes('NotFoundException')) return undefined;
  if (result.status !== 200) throw broken(operation, result);
  return JSON.parse(result.text) as Record<string, unknown>;
}

/** Every element of that name, at any depth. */
export function all(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  if (node === undefined) return [];
  return node.children.flatMap((child) => (child.name === name ? [child] : all(child, name)));
}

/** The text of the first element of that name, at any depth. */
export const text = (node: XmlNode | undefined, name: string): string | undefined => all(node, name)[0]?.text;
