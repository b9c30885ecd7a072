/** An S3 location that is registered with Lake Formation. */

import type { Change, ChangeKind } from '#core/change.ts';

export interface RegisterLocation extends Change {
  readonly kind: 'register-location';
  readonly arn: string;
  /** Null: Lake Formation's service-linked role. */
  readonly roleArn: string | null;
  readonly hybrid: boolean;
}

export const locationChange: ChangeKind<RegisterLocation> = {
  kind: 'register-location',
  subject: ({ arn }) => `location ${arn}`,
  text: ({ arn, roleArn, hybrid }) =>
    `register location ${arn} with ${roleArn ?? "Lake Formation's service-linked role"}${hybrid ? ', hybrid' : ''}`,
  record: ({ arn, roleArn, hybrid }) => ({
    kind: 'location',
    target: `location ${arn}`,
    principal: null,
    sent: { arn, roleArn, hybrid },
    before: { registration: 'absent' },
    inverse: null,
  }),
};
