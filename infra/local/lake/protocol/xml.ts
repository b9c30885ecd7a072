/** XML both ways, as far as STS, IAM and S3 need it: elements and text, no attributes. */

import { SaxesParser } from 'saxes';
import { AwsError } from '../aws-error.ts';
import type { Member, Model } from './model.ts';
import { shapeOf } from './model.ts';
import { readText } from './read.ts';

export interface XmlNode {
  readonly name: string;
  readonly children: XmlNode[];
  text: string;
}

/** The text, safe between tags and in attributes. */
export const escapeXml = (text: string): string =>
  text.replace(/[<>&"]/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[c] ?? '&quot;');

const malformed = (): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

/**
 * A document's root, with its prefix if it has one; attributes are left out.
 * @throws MalformedXML for what is no XML document.
 */
export function parseXml(text: string): XmlNode {
  const document: XmlNode = { name: '', children: [], text: '' };
  const open: XmlNode[] = [];
  const top = (): XmlNode => open.at(-1) ?? document;
  const addText = (chars: string): void => {
    top().text += chars;
  };
  const parser = new SaxesParser();
  parser.on('error', () => {
    throw malformed();
  });
  parser.on('opentag', ({ name }) => {
    const node: XmlNode = { name, children: [], text: '' };
    top().children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  const [root] = document.children;
  if (root === undefined) throw malformed();
  return root;
}

/** The value of a node, read by the model. */
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
