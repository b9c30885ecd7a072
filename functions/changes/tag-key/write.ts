import { createTag, extendTag } from '#aws/tags.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { type CreateTag, createTagChange, type ExtendTag, extendTagChange, type TagKeyChange } from './change.ts';
import { WRITE_TAGS } from './permissions.ts';

function tagKeyWriter(send: typeof createTag): Omit<ChangeWriter<TagKeyChange>, 'kind'> {
  return {
    permissions: { role: 'Operator', rows: WRITE_TAGS },
    alters: () => ['tags'],
    session: () => ({ role: 'Operator', rows: WRITE_TAGS }),
    write: async (tools, changes) => {
      for (const change of changes) {
        await tools.turn();
        await send(tools.clients, change.account, change.tag);
      }
      return changes.map(() => null);
    },
  };
}

export const createTagWriter: ChangeWriter<CreateTag> = { kind: createTagChange, ...tagKeyWriter(createTag) };
export const extendTagWriter: ChangeWriter<ExtendTag> = { kind: extendTagChange, ...tagKeyWriter(extendTag) };
