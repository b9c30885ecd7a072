import { registerLocation } from '#aws/location.ts';
import type { ChangeWriter } from '#engine/change-writer.ts';
import { locationChange, type RegisterLocation } from './change.ts';
import { PASS_ROLE, REGISTER, SERVICE_LINKED_ROLE } from './permissions.ts';

export const locationWriter: ChangeWriter<RegisterLocation> = {
  kind: locationChange,
  permissions: { role: 'Operator', rows: [REGISTER, PASS_ROLE, ...SERVICE_LINKED_ROLE] },
  alters: () => ['locations'],
  session: ({ roleArn }) =>
    roleArn === null
      ? { role: 'Operator', rows: [REGISTER, ...SERVICE_LINKED_ROLE] }
      : { role: 'Operator', rows: [REGISTER, PASS_ROLE], place: { registrationRole: roleArn } },
  write: async (tools, changes) => {
    for (const change of changes) {
      await tools.turn();
      await registerLocation(tools.clients, change.account, change);
    }
    return changes.map(() => null);
  },
};
