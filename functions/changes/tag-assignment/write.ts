/** LF-Tags put on many things: a few calls side by side. */

import pMap from 'p-map';
import { assignTags } from '#aws/tags.ts';
import { isLakeError, LakeError } from '#contracts/errors.ts';
import type { ChangeWriter, WriteResult, WriteTools } from '#engine/change-writer.ts';
import type { AssignTags } from './assignment.ts';
import { assignTagsChange } from './change.ts';
import { WRITE_TAGS } from './permissions.ts';

/** As many as DynamoDB takes in one call. */
const MOST = 25;
/** Seconds that the first round of a batch may take at the pace it starts with: a call must end in time. */
const BATCH_SECONDS = 5;
/** Things tagged at once. */
const CONCURRENCY = 8;

export const tagAssignmentWriter: ChangeWriter<AssignTags> = {
  kind: assignTagsChange,
  permissions: { role: 'Operator', rows: WRITE_TAGS },
  alters: () => ['tags'],
  // What others put on meanwhile is theirs.
  anew: () => ['tags'],
  session: () => ({ role: 'Operator', rows: WRITE_TAGS }),
  batch: {
    key: ({ account, region }) => `${account}/${region}`,
    most: (perSecond) => Math.min(MOST, Math.max(1, Math.floor(perSecond * BATCH_SECONDS))),
  },
  repeats: true,
  write: sendAll,
};

/** The columns of a table after one another, then the table: AWS takes no two changes of one thing at once (G-L1). */
async function sendAll(tools: WriteTools, changes: readonly AssignTags[]): Promise<readonly WriteResult[]> {
  const turn = inLine(tools);
  const answers = new Map<AssignTags, ReadonlyMap<string, LakeError>>();
  const things = [...Map.groupBy(changes, ({ database, table }) => JSON.stringify([database, table])).values()];
  await pMap(
    things,
    async (ofThing) => {
      for (const change of ofThing) {
        await turn();
        answers.set(change, await send(tools, change));
      }
    },
    { concurrency: CONCURRENCY },
  );
  const refusals = [...answers.values()].flatMap((refused) => [...refused.values()]);
  tools.went(refusals.some((error) => isLakeError(error, 'Transient')));
  return changes.map((change) => {
    const refused = answers.get(change);
    return refused === undefined || refused.size === 0 ? null : refused;
  });
}

/** One after another through the gate, however many are under way behind it. */
function inLine({ turn }: WriteTools): () => Promise<void> {
  let line: Promise<void> = Promise.resolve();
  return () => {
    line = line.then(turn);
    return line;
  };
}

/** A call that fails whole refuses all its tags. */
async function send({ clients }: WriteTools, change: AssignTags): Promise<ReadonlyMap<string, LakeError>> {
  try {
    return await assignTags(clients, change.account, change);
  } catch (error) {
    if (!(error instanceof LakeError)) throw error;
    return new Map(Object.keys(change.tags).map((key) => [key, error]));
  }
}
