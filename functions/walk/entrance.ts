/** Into a member account, with the least role and a session policy for the purpose at hand. */

import type { Clients } from '#aws/clients.ts';
import { type Purpose, sessionPolicyFor } from '#aws/session-policy.ts';
import { type MemberRole, memberRoleArn } from '#contracts/names.ts';
import type { Action } from '#core/actions.ts';
import type { WalkContext } from './context.ts';

export interface Place {
  readonly account: string;
  readonly region: string;
  readonly database?: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly passRole?: string;
  readonly serviceLinked?: boolean;
}

export function reader(ctx: WalkContext, place: Place): Clients {
  return enter(ctx, 'Reader', 'observe', { account: place.account, region: place.region });
}

/** To read whom the account's own policies let do what. */
export function identityReader(ctx: WalkContext, place: Place): Clients {
  return enter(ctx, 'Reader', 'identities', { account: place.account, region: place.region });
}

/** Who does an action: documents of storage have a role of their own, everything else is the operator's. */
export function actor(ctx: WalkContext, action: Action): Clients {
  const { account, region } = action;
  switch (action.kind) {
    case 'merge-bucket-policy':
      return enter(ctx, 'Storage', 'storage', { account, region, bucket: action.bucket });
    case 'merge-key-policy':
      return enter(ctx, 'Storage', 'storage', { account, region, key: action.key });
    case 'close-table-defaults':
    case 'reopen-table-defaults':
      return enter(ctx, 'Operator', 'exposure', { account, region, database: action.database });
    case 'register-location': {
      const role = action.roleArn === null ? { serviceLinked: true } : { passRole: action.roleArn };
      return enter(ctx, 'Operator', 'location', { account, region, ...role });
    }
    case 'create-database':
      return enter(ctx, 'Operator', 'link', { account, region });
    default:
      return enter(ctx, 'Operator', PURPOSES[action.hop] ?? 'observe', { account, region });
  }
}

const PURPOSES: Partial<Record<Action['hop'], Purpose>> = {
  settings: 'settings',
  'catalog-policy': 'catalog-policy',
  exposure: 'exposure',
  share: 'share',
  acceptance: 'accept',
  link: 'link',
  grants: 'grant',
  location: 'location',
  tags: 'tags',
};

function enter(ctx: WalkContext, role: MemberRole, purpose: Purpose, place: Place): Clients {
  const { account, region } = place;
  const sessionPolicy = sessionPolicyFor({ partition: ctx.policy.partition, purpose, ...place });
  return ctx.access.member({ account, region, role, sessionPolicy });
}

export function roleArn(ctx: WalkContext, account: string, role: MemberRole): string {
  const { partition, namespace } = ctx.policy;
  return memberRoleArn({ partition, account, namespace, path: ctx.rolePath, role });
}
