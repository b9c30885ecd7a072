/** The in-memory backend: roles, users, buckets, objects and keys of every account, and the APIs that make them. */

import type { Backend } from '../backend.ts';

export function createMemoryBackend(): Backend {
  return {
    identity: async () => undefined,
    bucket: async () => undefined,
    object: async () => undefined,
    key: async () => undefined,
    modules: [],
    reset: () => undefined,
  };
}
