/** What hops ask AWS about LF-Tags, and about the crawlers and workflows that rules name. */

import { readCrawlers, readWorkflows } from '#aws/runs.ts';
import { readAssigned, readTagged } from '#aws/tagged.ts';
import { listTags } from '#aws/tags.ts';
import { shortHash } from '#contracts/hash.ts';
import type { TagValues } from '#contracts/lake-formation.ts';
import type { CrawlerFacts, TaggedFacts, TaggedQuestion, WorkflowFacts } from '#core/facts.ts';
import { listed } from '#core/findings.ts';
import type { Query } from '#engine/query.ts';
import { asAdministrator, type Nothing } from './queries.ts';
import { tagLines } from './shown.ts';

/** The catalog's own LF-Tags with all their values. */
export const TAG_KEYS: Query<Nothing, readonly TagValues[]> = {
  name: 'tag-keys',
  aspect: 'tags',
  calls: ['lakeformation:ListLFTags'],
  shows: tagLines,
  guard: asAdministrator,
  ask: (clients) => listTags(clients, clients.account),
};

function questionHash({ tables, keys }: TaggedQuestion): string {
  return shortHash(JSON.stringify([[...tables], keys]), 16);
}

/** LF-Tags of a database, its tables and their columns. One question per database and look. */
export const TAGGED: Query<TaggedQuestion, TaggedFacts> = {
  name: 'tagged',
  aspect: 'tags',
  calls: ['lakeformation:SearchTablesByLFTags', 'lakeformation:GetResourceLFTags'],
  about: ({ database }) => database,
  guard: asAdministrator,
  key: (question) => `${question.database} ${questionHash(question)}`,
  ask: (clients, question) => readTagged(clients, question),
};

/** The same with some tables asked one by one. */
export const ASSIGNED: Query<
  { readonly question: TaggedQuestion; readonly facts: TaggedFacts; readonly tables: readonly string[] },
  TaggedFacts
> = {
  name: 'assigned',
  aspect: 'tags',
  calls: ['lakeformation:GetResourceLFTags'],
  about: ({ question, tables }) => `${question.database}: ${listed(tables)}`,
  guard: asAdministrator,
  key: ({ question, tables }) =>
    `${question.database} ${questionHash(question)} ${shortHash(JSON.stringify(tables), 16)}`,
  ask: (clients, { question, facts, tables }) => readAssigned(clients, question, facts, tables),
};

export const CRAWLERS: Query<{ readonly names: readonly string[] }, readonly CrawlerFacts[]> = {
  name: 'crawlers',
  aspect: 'runs',
  calls: ['glue:GetCrawler', 'glue:GetCrawlers'],
  ask: (clients, { names }) => readCrawlers(clients, names),
};

export const WORKFLOWS: Query<{ readonly names: readonly string[] }, readonly WorkflowFacts[]> = {
  name: 'workflows',
  aspect: 'runs',
  calls: ['glue:ListWorkflows', 'glue:GetWorkflow', 'glue:GetWorkflowRuns'],
  ask: (clients, { names }) => readWorkflows(clients, names),
};
