/** XML both ways, as far as STS, IAM and S3 need it: elements and text, no attributes, no entities beyond the five. */

import { AwsError } from '../service.ts';
import type { Member, Model } from './model.ts';
import { shapeOf } from './model.ts';
import { readText } from './read.ts';

export interface XmlNode {
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

export const escapeXml = (text: string): string =>
  text.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? '&quot;');

const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, dec, hex, name) => {
    if (dec !== undefined) return String.fromCodePoint(Number(dec));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });

const malformed = (): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export function parseXml(text: string): XmlNode {
  const root: XmlNode = { name: '', children: [], text: '' };
  const stack: XmlNode[] = [root];
  for (const [, close, name, selfClosed, chars] of text
    .replace(/<\?[^>]*\?>|<!--[\s\S]*?-->/g, '')
    .matchAll(/<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g)) {
    const top = stack.at(-1);
    if (top === undefined) throw malformed();
    if (chars !== undefined) top.text += unescapeXml(chars);
    else if (close === '/') {
      if (top.name !== name || stack.length === 1) throw malformed();
      stack.pop();
    } else {
      const node: XmlNode = { name: name ?? '', children: [], text: '' };
      top.children.push(node);
      if (selfClosed !== '/') stack.push(node);
    }
  }
  const first = root.children[0];
  if (first === undefined || stack.length !== 1) throw malformed();
  return first;
}

export function readXml(model: Model, member: Member, node: XmlNode): unknown {
  const shape = shapeOf(model, member.shape);
  if (shape.type === 'list') return node.children.map((child) => readXml(model, shape.member as Member, child));
  if (shape.type !== 'structure') return readText(model, member, node.text);
  const out: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(shape.members ?? {})) {
    const partShape = shapeOf(model, part.shape);
    const flat = part.flattened === true || partShape.flattened === true;
    const found = node.children.filter((child) => child.name === (part.locationName ?? name));
    const first = found[0];
    if (first === undefined) continue;
    if (partShape.type === 'list' && flat)
      out[name] = found.map((child) => readXml(model, partShape.member as Member, child));
    else out[name] = readXml(model, part, first);
  }
  return out;
}

function scalar(model: Model, member: Member, value: unknown): string {
  const shape = shapeOf(model, member.shape);
  if (shape.type === 'timestamp') return (value instanceof Date ? value : new Date(Number(value) * 1000)).toISOString();
  if (shape.type === 'blob') return Buffer.from(value as Uint8Array).toString('base64');
  return escapeXml(String(value));
}

/** One element, or several for a flattened list. */
export function writeXml(model: Model, member: Member, name: string, value: unknown): string {
  const shape = shapeOf(model, member.shape);
  const flat = member.flattened === true || shape.flattened === true;
  if (shape.type === 'list') {
    const part = shape.member as Member;
    const items = (value as readonly unknown[])
      .map((item) => writeXml(model, part, flat ? name : (part.locationName ?? 'member'), item))
      .join('');
    return flat ? items : `<${name}>${items}</${name}>`;
  }
  if (shape.type === 'map') {
    const entries = Object.entries(value as Record<string, unknown>)
      .map(([key, item]) => {
        const inner = writeXml(model, shape.value as Member, shape.value?.locationName ?? 'value', item);
        const keyName = shape.key?.locationName ?? 'key';
        return `<entry><${keyName}>${escapeXml(key)}</${keyName}>${inner}</entry>`;
      })
      .join('');
    return `<${name}>${entries}</${name}>`;
  }
  if (shape.type === 'structure') return `<${name}>${writeXmlMembers(model, member.shape, value)}</${name}>`;
  return `<${name}>${scalar(model, member, value)}</${name}>`;
}

/** The members of a structure, without an element around them. */
export function writeXmlMembers(model: Model, shapeName: string, value: unknown): string {
  const source = value as Record<string, unknown>;
  return Object.entries(shapeOf(model, shapeName).members ?? {})
    .filter(([name, part]) => source[name] !== undefined && source[name] !== null && part.location === undefined)
    .map(([name, part]) => writeXml(model, part, part.locationName ?? name, source[name]))
    .join('');
}
