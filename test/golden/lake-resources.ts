/** What Lake Formation's permissions and tags are put on, read from requests: independent of how our code names them. */

export type Ask = Readonly<Record<string, unknown>>;

export interface LakeResource {
  readonly kind: 'catalog' | 'database' | 'table' | 'all-tables' | 'columns' | 'tag' | 'by-tag' | 'location' | 'other';
  /** Whose catalog. */
  readonly catalog: string;
  readonly database?: string;
  readonly table?: string;
  readonly columns?: readonly string[];
  /** `key=value`, of a tag or of an expression. */
  readonly tags?: readonly string[];
  readonly arn?: string;
  /** In words, the same for the same resource. */
  readonly text: string;
}

/** `caller`: the account whose catalog is meant where none is named. */
export function lakeResource(resource: Ask, caller: string): LakeResource {
  const [kind = '', given] = Object.entries(resource).find(([, value]) => value !== undefined) ?? [];
  const body = (given ?? {}) as Ask;
  const catalog = textOf(body['CatalogId'] ?? body['Id'] ?? caller);
  const read = READERS[kind];
  if (read !== undefined) return { catalog, ...read(body, catalog) };
  return { kind: 'other', catalog, text: JSON.stringify(resource) };
}

type Reader = (body: Ask, catalog: string) => Omit<LakeResource, 'catalog'>;

const READERS: Readonly<Record<string, Reader>> = {
  Catalog: (_body, catalog) => ({ kind: 'catalog', text: `catalog ${catalog}` }),
  Database: (body, catalog) => {
    const database = textOf(body['Name']);
    return { kind: 'database', database, text: `database ${catalog}/${database}` };
  },
  Table: (body, catalog) => tableOf(body, catalog),
  TableWithColumns: columnsOf,
  DataLocation: (body) => {
    const arn = textOf(body['ResourceArn']);
    return { kind: 'location', arn, text: `location ${arn}` };
  },
  LFTag: (body, catalog) => {
    const tags = pairsOf(body);
    return { kind: 'tag', tags, text: `tag ${catalog}/${tags.join('|')}` };
  },
  LFTagPolicy: (body, catalog) => {
    const terms = (body['Expression'] ?? []) as readonly Ask[];
    const tags = terms.flatMap(pairsOf);
    const where = terms.map((term) => pairsOf(term).join('|')).sort();
    return { kind: 'by-tag', tags, text: `${textOf(body['ResourceType'])} ${catalog} where ${where.join(' & ')}` };
  },
};

function tableOf(body: Ask, catalog: string): Omit<LakeResource, 'catalog'> {
  const database = textOf(body['DatabaseName']);
  if (body['TableWildcard'] !== undefined)
    return { kind: 'all-tables', database, text: `tables ${catalog}/${database}.*` };
  const table = textOf(body['Name']);
  return { kind: 'table', database, table, text: `table ${catalog}/${database}.${table}` };
}

function columnsOf(body: Ask, catalog: string): Omit<LakeResource, 'catalog'> {
  const { database = '', table = '' } = tableOf(body, catalog);
  const columns = [...((body['ColumnNames'] ?? []) as readonly string[])].sort();
  const wildcard = body['ColumnWildcard'] as Ask | undefined;
  const but = [...((wildcard?.['ExcludedColumnNames'] ?? []) as readonly string[])].sort();
  const which = wildcard === undefined ? columns.join() : but.length === 0 ? '*' : `* but ${but.join()}`;
  return { kind: 'columns', database, table, columns, text: `columns ${catalog}/${database}.${table}(${which})` };
}

function pairsOf(term: Ask): readonly string[] {
  const values = (term['TagValues'] ?? []) as readonly string[];
  return values.map((value) => `${textOf(term['TagKey'])}=${value}`).sort();
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
