/** The words of Lake Formation and Glue as we speak them: plain data, one shape per thing. */

import * as z from 'zod/mini';

/** One LF-Tag: a key and values of it, in lower case, as Lake Formation stores them. Values are sorted. */
export interface TagValues {
  readonly key: string;
  readonly values: readonly string[];
}
const names = z.array(z.string());
export const TagValuesSchema: z.ZodMiniType<TagValues> = z.object({ key: z.string(), values: names });

/** Tag key → value. A thing has one value of a key at most. */
export type Tags = Readonly<Record<string, string>>;
export const TagsSchema: z.ZodMiniType<Tags> = z.record(z.string(), z.string());

/** A thing Lake Formation permissions are about. `catalog` is the owner's account id, never left to a default. */
export type LakeResource =
  | { readonly type: 'catalog'; readonly catalog: string }
  | { readonly type: 'database'; readonly catalog: string; readonly database: string }
  | { readonly type: 'table'; readonly catalog: string; readonly database: string; readonly table: string }
  | { readonly type: 'all-tables'; readonly catalog: string; readonly database: string }
  | {
      readonly type: 'columns';
      readonly catalog: string;
      readonly database: string;
      readonly table: string;
      readonly columns: readonly string[];
      readonly excluded: boolean;
    }
  /** A tag's key with values of it: what ASSOCIATE and DESCRIBE are about. `*` stands for every value. */
  | { readonly type: 'tag'; readonly catalog: string; readonly key: string; readonly values: readonly string[] }
  /** All databases, or all tables, that carry these tags: keys AND-ed, values of a key OR-ed; sorted by key. */
  | {
      readonly type: 'tag-policy';
      readonly catalog: string;
      readonly on: 'database' | 'table';
      readonly expression: readonly TagValues[];
    }
  | { readonly type: 'data-location'; readonly catalog: string; readonly arn: string }
  | { readonly type: 'other'; readonly catalog: string; readonly text: string };

const catalog = z.string();
const database = z.string();
const table = z.string();
export const LakeResourceSchema: z.ZodMiniType<LakeResource> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('catalog'), catalog }),
  z.object({ type: z.literal('database'), catalog, database }),
  z.object({ type: z.literal('table'), catalog, database, table }),
  z.object({ type: z.literal('all-tables'), catalog, database }),
  z.object({ type: z.literal('columns'), catalog, database, table, columns: names, excluded: z.boolean() }),
  z.object({ type: z.literal('tag'), catalog, key: z.string(), values: names }),
  z.object({
    type: z.literal('tag-policy'),
    catalog,
    on: z.enum(['database', 'table']),
    expression: z.array(TagValuesSchema),
  }),
  z.object({ type: z.literal('data-location'), catalog, arn: z.string() }),
  z.object({ type: z.literal('other'), catalog, text: z.string() }),
]);

/** One principal's explicit permissions on one resource. Lists are sorted and without repeats. */
export interface Grant {
  /** An ARN, an account id, or `IAM_ALLOWED_PRINCIPALS`. */
  readonly principal: string;
  readonly resource: LakeResource;
  readonly permissions: readonly string[];
  /** A subset of `permissions`. */
  readonly grantable: readonly string[];
}
export const GrantSchema: z.ZodMiniType<Grant> = z.object({
  principal: z.string(),
  resource: LakeResourceSchema,
  permissions: names,
  grantable: names,
});

/** A grant as Lake Formation lists it. */
export interface ListedGrant extends Grant {
  /** RAM shares that carry it to other accounts. */
  readonly shareArns: readonly string[];
}

export const IAM_ALLOWED_PRINCIPALS = 'IAM_ALLOWED_PRINCIPALS';

/** A database somebody points a link at. */
export interface LinkTarget {
  readonly catalog: string;
  readonly database: string;
  /** The Region of the target catalog. */
  readonly region: string;
}
export const LinkTargetSchema: z.ZodMiniType<LinkTarget> = z.object({ catalog, database, region: z.string() });

/** How a location is registered. */
export interface LocationRegistration {
  readonly arn: string;
  /** Null: Lake Formation's service-linked role. */
  readonly roleArn: string | null;
  readonly hybrid: boolean;
}
export const LocationRegistrationSchema: z.ZodMiniType<LocationRegistration> = z.object({
  arn: z.string(),
  roleArn: z.nullable(z.string()),
  hybrid: z.boolean(),
});
