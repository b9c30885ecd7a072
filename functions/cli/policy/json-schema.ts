/** The JSON Schema of the policy file: editors complete and check with it. Made from the schema that validates. */

import * as z from 'zod/mini';
import { PolicySchema } from '#contracts/policy.ts';
import { DESCRIPTIONS } from './descriptions.ts';

/** As much of JSON Schema as zod writes for us. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Draft 7: what the YAML language servers of editors know best. */
export function policyJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(PolicySchema, { io: 'input', target: 'draft-7' }) as unknown as JsonSchema;
  return { ...described(schema, ''), title: 'Lake Onramp policy, version 1', description: DESCRIPTIONS[''] };
}

/** A path of the schema: keys by name, `*` for the names a person gives, nothing for positions in lists. */
function described(schema: JsonSchema, path: string): JsonSchema {
  const { properties, additionalProperties, items, anyOf } = schema;
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const member = (key: string, value: JsonSchema): JsonSchema => {
    const description = DESCRIPTIONS[below(key)];
    return { ...(description === undefined ? {} : { title: key, description }), ...described(value, below(key)) };
  };
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, member(key, value)])),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: member('*', additionalProperties) }),
    ...(items && { items: described(items, path) }),
    ...(anyOf && { anyOf: anyOf.map((option) => described(option, path)) }),
  };
}
