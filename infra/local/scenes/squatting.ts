/** Whoever may make a role tries to read with it: names, paths, tags and sessions are the maker's to choose (law 12). */

import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient, TagRoleCommand } from '@aws-sdk/client-iam';
import { ANALYTICS, CUR, type Reader } from './places.ts';
import { isRefused, readAs, readingText } from './reading.ts';
import { type Expectation, expectation } from './scene.ts';
import { makeReader, root, type Stage } from './world.ts';

interface Trick {
  readonly words: string;
  readonly reader: Reader;
  /** Tags of the role. */
  readonly tags?: Readonly<Record<string, string>>;
}

const PROOF = 'onramp:product';
const squatter = (role: string, path: string, session: Reader['session'] = {}): Reader => ({
  ...{ name: `squatter ${role}`, account: ANALYTICS, path, role, session },
});

const TRICKS: readonly Trick[] = [
  { words: 'the name of a job role', reader: squatter('data-lake-by-name', '/') },
  { words: 'a path that looks like the protected one', reader: squatter('data-lake-by-path', '/x/data-jobs/') },
  { words: 'a path that differs in case', reader: squatter('data-lake-by-case', '/Data-Jobs/') },
  { words: 'a path that is a pattern', reader: squatter('data-lake-by-pattern', '/*/data-jobs/') },
  {
    words: "the product's tag in odd case",
    reader: squatter('data-lake-by-tag', '/'),
    tags: { 'Onramp:Product': CUR.product },
  },
  {
    words: "a session that carries the product's tag",
    reader: squatter('data-lake-by-session', '/', { [PROOF]: CUR.product }),
  },
];

/** Each trick with a role of its own, which is gone afterwards. */
export async function squat(stage: Stage): Promise<readonly Expectation[]> {
  const results: Expectation[] = [];
  for (const trick of TRICKS) results.push(await tried(stage, trick));
  return results;
}

async function tried(stage: Stage, { words, reader, tags = {} }: Trick): Promise<Expectation> {
  const iam = new IAMClient(root(stage, reader.account));
  const RoleName = reader.role;
  await makeReader(stage, reader);
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await iam.send(new TagRoleCommand({ RoleName, Tags }));
  const reading = await readAs(stage, reader, CUR);
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'default' }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  return expectation(`a squatter with ${words} is refused, table and bytes`, isRefused(reading), readingText(reading));
}
