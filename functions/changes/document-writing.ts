import type { Change } from '#core/change.ts';
import type { ChangeWriter, SharedDocument, WriteTools } from '#engine/change-writer.ts';

/** How kinds write that are about a document which AWS only replaces whole: one after the other, each for itself. */
export function documentWriting<C extends Change, T>(
  documentOf: (tools: WriteTools, change: C) => SharedDocument<T>,
): Pick<ChangeWriter<C>, 'document' | 'write'> {
  return {
    document: true,
    write: async (tools, changes) => {
      for (const change of changes) await tools.replaceDocument(change, documentOf(tools, change));
      return changes.map(() => null);
    },
  };
}
