/** REST bindings (Lake Formation, RAM, S3): which operation a method and path mean, and the members outside the body. */

import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws-error.ts';
import type { Member, Model, OperationModel, Shape } from './model.ts';
import { shapeOf } from './model.ts';
import { readText } from './read.ts';

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  /** Query parameters the template names: `?policy`, `?list-type=2`. */
  readonly literals: readonly (readonly [string, string | undefined])[];
}

const routes = new WeakMap<Model, readonly Route[]>();

function toRoute(operation: string, { method, uri }: OperationModel): Route {
  const [path = '', query = ''] = uri.split('?');
  const pattern = path
    .replace(/[.*$()|[\]\\^]/g, '\\$&')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
    .replace(/\/$/, '');
  const literals = query
    .split('&')
    .filter((part) => part !== '')
    .map((part): [string, string | undefined] => {
      const [name = '', value] = part.split('=');
      return [name, value];
    });
  return { operation, method, path: new RegExp(`^${pattern}/?$`), literals };
}

function routesOf(model: Model): readonly Route[] {
  const known = routes.get(model);
  if (known !== undefined) return known;
  const made = Object.entries(model.operations)
    .map(([name, operation]) => toRoute(name, operation))
    // More named parameters first: `?policy` before the bare bucket.
    .sort((a, b) => b.literals.length - a.literals.length);
  routes.set(model, made);
  return made;
}

export interface RestMatch {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The operation behind a method and path, with what the path holds; undefined where there is none. */
export function matchRest(model: Model, method: string, url: URL): RestMatch | undefined {
  for (const route of routesOf(model)) {
    if (route.method !== method) continue;
    const found = route.path.exec(url.pathname);
    if (found === null) continue;
    const holds = route.literals.every(([name, value]) =>
      value === undefined ? url.searchParams.has(name) : url.searchParams.get(name) === value,
    );
    if (holds) return { operation: route.operation, labels: { ...found.groups } };
  }
  return undefined;
}

function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw Object.assign(new AwsError('SerializationException', `${text} is not a valid path`), { cause });
  }
}

function readParameter(model: Model, member: Member, name: string, url: URL): unknown {
  const wire = member.locationName ?? name;
  if (!url.searchParams.has(wire)) return undefined;
  const shape = shapeOf(model, member.shape);
  if (shape.type === 'list')
    return url.searchParams.getAll(wire).map((text) => readText(model, shape.member as Member, text));
  return readText(model, member, url.searchParams.get(wire) ?? '');
}

/** Members bound to the path, the query string and headers. */
export function readBindings(
  model: Model,
  shape: Shape,
  match: RestMatch,
  url: URL,
  headers: IncomingHttpHeaders,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const wire = member.locationName ?? name;
    if (member.location === 'uri') out[name] = readText(model, member, decodeLabel(match.labels[wire] ?? ''));
    else if (member.location === 'querystring') out[name] = readParameter(model, member, name, url);
    else if (member.location === 'header') {
      const text = headers[wire.toLowerCase()];
      if (typeof text === 'string') out[name] = readText(model, member, text);
    }
    if (out[name] === undefined) delete out[name];
  }
  return out;
}
