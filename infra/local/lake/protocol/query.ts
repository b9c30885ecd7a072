/** The query protocol (STS, IAM): `Action=AssumeRole&Tags.member.1.Key=…` → a value of the API. */

import type { Member, Model } from './model.ts';
import { shapeOf } from './model.ts';
import { readText } from './read.ts';

interface Tree {
  text?: string;
  readonly parts: Map<string, Tree>;
}

function toTree(params: URLSearchParams): Tree {
  const root: Tree = { parts: new Map() };
  for (const [name, text] of params) {
    let node = root;
    for (const part of name.split('.')) {
      let next = node.parts.get(part);
      if (next === undefined) {
        next = { parts: new Map() };
        node.parts.set(part, next);
      }
      node = next;
    }
    node.text = text;
  }
  return root;
}

const byIndex = (tree: Tree): Tree[] =>
  [...tree.parts]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, part]) => part);

function readTree(model: Model, member: Member, tree: Tree): unknown {
  const shape = shapeOf(model, member.shape);
  if (shape.type === 'structure') {
    const out: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(shape.members ?? {})) {
      const child = tree.parts.get(part.locationName ?? name);
      if (child !== undefined) out[name] = readTree(model, part, child);
    }
    return out;
  }
  if (shape.type === 'list') {
    const part = shape.member as Member;
    const items = shape.flattened === true ? tree : (tree.parts.get(part.locationName ?? 'member') ?? tree);
    return byIndex(items).map((item) => readTree(model, part, item));
  }
  if (shape.type === 'map') {
    const entries = byIndex(tree.parts.get('entry') ?? tree).map((entry) => [
      entry.parts.get(shape.key?.locationName ?? 'key')?.text ?? '',
      readTree(
        model,
        shape.value as Member,
        entry.parts.get(shape.value?.locationName ?? 'value') ?? { parts: new Map() },
      ),
    ]);
    return Object.fromEntries(entries);
  }
  return readText(model, member, tree.text ?? '');
}

/** The members of a query request, read by the model. */
export function readQuery(model: Model, shape: string, params: URLSearchParams): Record<string, unknown> {
  return readTree(model, { shape }, toTree(params)) as Record<string, unknown>;
}
