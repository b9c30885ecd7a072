/** Everything hops ask AWS. */

import * as queries from '#hops/queries.ts';
import * as tagQueries from '#hops/tag-queries.ts';

export const QUERIES = Object.values({ ...queries, ...tagQueries }).filter((query) => typeof query === 'object');
