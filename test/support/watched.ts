/** Others at work while we are: told of each command of our member roles once it was answered, before we see the answer. */

import type { Access } from '#aws/clients.ts';

export type Watcher = (command: string, role: string, input: Readonly<Record<string, unknown>>) => Promise<void>;

/** What the clients of all services have in common. */
interface Client {
  readonly middlewareStack: {
    add(
      layer: (next: Handler, context: { readonly commandName?: string }) => Handler,
      options: { readonly step: 'initialize' },
    ): void;
  };
}
interface Sent {
  readonly input?: Readonly<Record<string, unknown>>;
}
type Handler = (args: Sent) => Promise<unknown>;

export function watched(access: Access, watchers: readonly Watcher[]): Access {
  const seen = new WeakSet<object>();
  const watch = (client: Client, role: string): void => {
    if (seen.has(client)) return;
    seen.add(client);
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const answer = await next(args);
          for (const watcher of watchers) await watcher(commandName, role, args.input ?? {});
          return answer;
        },
      { step: 'initialize' },
    );
  };
  return {
    own: access.own,
    member: (key) =>
      new Proxy(access.member(key), {
        get: (clients, name) => {
          const client: unknown = Reflect.get(clients, name);
          if (typeof client === 'object' && client !== null) watch(client as Client, key.role);
          return client;
        },
      }),
  };
}
