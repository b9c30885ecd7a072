/** Rules by what they ask of a table, so that a table meets only those that may be about it. */

import { isPattern } from '../policy/patterns.ts';
import { type CompiledRule, parameter, type TableView } from './compiled.ts';
import { longestRun, NameIndex, push } from './names.ts';

/** What of a rule leads to its tables. `value` of a classification is in lower case. */
type Lead =
  | { readonly by: 'name'; readonly patterns: readonly string[] }
  | { readonly by: 'location'; readonly location: string }
  | { readonly by: 'parameter'; readonly name: string; readonly value: string }
  | { readonly by: 'classification'; readonly value: string };

/** A rule's most telling condition on tables, or null when it has none that narrows them down. */
export function leadOf({ rule, location, owners }: CompiledRule): Lead | null {
  const { table, parameters, classification } = rule;
  if (table !== null && !isPattern(table)) return { by: 'name', patterns: [table] };
  if (location !== null) return { by: 'location', location };
  const values = Object.entries(parameters).filter(([, value]) => longestRun(value) !== '');
  const [name, value] = values.find(([, exact]) => !isPattern(exact)) ?? values[0] ?? [];
  if (value !== undefined && name !== undefined && !isPattern(value)) return { by: 'parameter', name, value };
  if (table !== null && longestRun(table) !== '') return { by: 'name', patterns: [table] };
  const owner = owners.find(({ any, maybe, prefixes }) => !any && !maybe && !prefixes.some(isPattern));
  if (owner !== undefined) return { by: 'name', patterns: owner.prefixes.map((prefix) => `${prefix}*`) };
  if (value !== undefined && name !== undefined) return { by: 'parameter', name, value };
  if (classification !== null && longestRun(classification) !== '')
    return { by: 'classification', value: classification };
  return null;
}

type Found = (rule: CompiledRule) => void;

interface Named {
  readonly pattern: string;
  readonly item: CompiledRule;
}

export class TableIndex {
  readonly #names: NameIndex<CompiledRule>;
  readonly #locations = new Map<string, CompiledRule[]>();
  readonly #parameters: readonly (readonly [string, NameIndex<CompiledRule>])[];
  readonly #classifications: NameIndex<CompiledRule>;
  readonly #rest: CompiledRule[] = [];
  /** By a rule's place: the table at which it was met last, so that it is met once whatever led to it. */
  readonly #metAt: number[] = [];
  #table = 0;
  #found: Found = () => {};

  constructor(rules: readonly CompiledRule[]) {
    const names: Named[] = [];
    const classifications: Named[] = [];
    const parameters = new Map<string, Named[]>();
    for (const item of rules) {
      const lead = leadOf(item);
      if (lead === null) this.#rest.push(item);
      else if (lead.by === 'name') names.push(...lead.patterns.map((pattern) => ({ pattern, item })));
      else if (lead.by === 'location') push(this.#locations, lead.location, item);
      else if (lead.by === 'parameter') push(parameters, lead.name, { pattern: lead.value, item });
      else classifications.push({ pattern: lead.value, item });
    }
    this.#names = new NameIndex(names);
    this.#classifications = new NameIndex(classifications);
    this.#parameters = [...parameters].map(([name, named]) => [name, new NameIndex(named)]);
  }

  /** Rules that may be about the table, each once. */
  each(table: TableView, found: Found): void {
    this.#table++;
    this.#found = found;
    this.#names.each(table.name, this.#once);
    if (this.#locations.size > 0 && table.location !== null) this.#above(table.location);
    for (const [name, values] of this.#parameters) {
      const value = parameter(table, name);
      if (value !== undefined) values.each(value, this.#once);
    }
    if (!this.#classifications.isEmpty) {
      const value = parameter(table, 'classification');
      if (value !== undefined) this.#classifications.each(value.toLowerCase(), this.#once);
    }
    for (const rule of this.#rest) found(rule);
  }

  readonly #once: Found = (rule) => {
    if (this.#metAt[rule.place] === this.#table) return;
    this.#metAt[rule.place] = this.#table;
    this.#found(rule);
  };

  /** Every location that this one lies under: `bucket/`, `bucket/a/`, `bucket/a/b/`. */
  #above(location: string): void {
    for (let end = location.indexOf('/'); end >= 0; end = location.indexOf('/', end + 1)) {
      for (const rule of this.#locations.get(location.slice(0, end + 1)) ?? []) this.#once(rule);
    }
  }
}
