/** Divides a template into what CloudFormation gets, what APIs make, and what is left out. The template itself stays. */

import { LakeError } from '#contracts/errors.ts';
import type { Resource, Template } from './assembly.ts';
import { type ApiType, isApiType, LEFT_OUT, wayOf, whyRefused } from './resource-types.ts';

interface ApiResource {
  readonly logicalId: string;
  readonly type: ApiType;
  /** With each CloudFormation function replaced by `{ [OUTPUT]: name }`: the output of the sent template that has it. */
  readonly properties: unknown;
}

export interface LeftOut {
  readonly logicalId: string;
  readonly type: string;
  readonly reason: string;
}

export interface SplitTemplate {
  readonly sent: Template;
  readonly byApi: readonly ApiResource[];
  readonly leftOut: readonly LeftOut[];
}

/** Marks a value that CloudFormation works out for us, as an output we add. */
const OUTPUT = 'OnrampOutput';
const OUTPUT_NAME = /^OnrampValue\d+$/;

export function splitTemplate(stack: string, template: Template): SplitTemplate {
  const resources = Object.entries(template.Resources);
  refuseUnknown(stack, resources);
  const of = (way: string) => resources.filter(([, resource]) => wayOf(resource.Type) === way);
  const values: Record<string, { Value: unknown }> = {};
  const byApi = of('api').map(([logicalId, resource]) => apiResource(stack, logicalId, resource, values));
  const leftOut = of('left-out').map(([logicalId, { Type }]) => ({
    logicalId,
    type: Type,
    reason: LEFT_OUT[Type] ?? '',
  }));
  const gone = new Set([...byApi, ...leftOut].map(({ logicalId }) => logicalId));
  const kept = resources
    .filter(([id]) => !gone.has(id))
    .map(([id, resource]) => [id, without(resource, gone)] as const);
  for (const [id, resource] of kept) refuseReference(stack, id, resource, gone);
  const outputs = Object.entries(template.Outputs ?? {}).filter(([, output]) => !refersTo(output, gone));
  const sent = {
    ...template,
    Resources: Object.fromEntries(kept),
    Outputs: { ...Object.fromEntries(outputs), ...values },
  };
  return { sent, byApi, leftOut };
}

/** The properties with CloudFormation's answers in them. */
export function withOutputs(value: unknown, outputs: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((item) => withOutputs(item, outputs));
  if (!isObject(value)) return value;
  const name = value[OUTPUT];
  if (typeof name === 'string') return outputs[name];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withOutputs(item, outputs)]));
}

/** A stack's own outputs, without those we added. */
export function ownOutputs(outputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !OUTPUT_NAME.test(name)));
}

function refuseUnknown(stack: string, resources: readonly (readonly [string, Resource])[]): void {
  const unknown = resources.filter(([, { Type }]) => wayOf(Type) === undefined);
  if (unknown.length === 0) return;
  const lines = unknown.map(([id, { Type }]) => `${id} (${Type}): ${whyRefused(Type)}`);
  throw new LakeError('UsageInvalid', {
    message: `stack ${stack} can't be deployed locally: ${lines.join('; ')}`,
    remedy:
      'teach infra/local/deployer/resource-types.ts the type, with a check in verify.ts, or leave it out with a reason',
  });
}

function apiResource(
  stack: string,
  logicalId: string,
  resource: Resource,
  values: Record<string, { Value: unknown }>,
): ApiResource {
  if (!isApiType(resource.Type) || resource.Condition !== undefined) {
    throw new LakeError('UsageInvalid', {
      message: `stack ${stack}: ${logicalId} (${resource.Type}) is conditional, which the local deployer can't do`,
      remedy: 'decide in the CDK app instead of by a CloudFormation condition',
    });
  }
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (!isObject(value)) return value;
    const [key, ...others] = Object.keys(value);
    if (others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
      const name = `OnrampValue${Object.keys(values).length}`;
      values[name] = { Value: value };
      return { [OUTPUT]: name };
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item)]));
  };
  return { logicalId, type: resource.Type, properties: replace(resource.Properties ?? {}) };
}

function without(resource: Resource, gone: ReadonlySet<string>): Resource {
  if (resource.DependsOn === undefined) return resource;
  const DependsOn = [resource.DependsOn].flat().filter((id) => !gone.has(id));
  return { ...resource, DependsOn };
}

function refuseReference(stack: string, id: string, resource: Resource, gone: ReadonlySet<string>): void {
  const missing = refersTo(resource.Properties, gone);
  if (missing === undefined) return;
  throw new LakeError('UsageInvalid', {
    message: `stack ${stack}: ${id} (${resource.Type}) refers to ${missing}, which CloudFormation does not make here`,
    remedy: 'see docs/local-cloud.md for the resource types that are made otherwise or left out',
  });
}

/** The first of the given logical ids that a Ref, GetAtt or Sub in the value names. */
function refersTo(value: unknown, ids: ReadonlySet<string>): string | undefined {
  if (Array.isArray(value)) return firstOf(value, ids);
  if (!isObject(value)) return undefined;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value;
  const names = [Ref, [attribute].flat()[0], ...variablesOf([sub].flat()[0])];
  const named = names.map((name) => String(name).split('.')[0] ?? '').find((name) => ids.has(name));
  return named ?? firstOf(Object.values(value), ids);
}

function firstOf(values: readonly unknown[], ids: ReadonlySet<string>): string | undefined {
  for (const value of values) {
    const found = refersTo(value, ids);
    if (found !== undefined) return found;
  }
  return undefined;
}

function variablesOf(text: unknown): readonly string[] {
  return typeof text === 'string' ? [...text.matchAll(/\$\{([^!}]+)\}/g)].map((match) => match[1] ?? '') : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
