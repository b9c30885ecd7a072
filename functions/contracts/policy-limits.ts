/** How much, how fast and how often, as a person writes it in the policy. */

import * as z from 'zod/mini';

const LIMITS = z.strictObject({
  withdraw: z._default(
    z.strictObject({
      atMost: z._default(z.int().check(z.minimum(0)), 20),
      percent: z._default(z.number().check(z.minimum(0), z.maximum(100)), 5),
      /** Accounts that may drop out of the organization's audiences within an hour before somebody is asked. */
      accounts: z._default(z.int().check(z.minimum(0)), 3),
    }),
    { atMost: 20, percent: 5, accounts: 3 },
  ),
  writesPerSecond: z._default(z.number().check(z.positive()), 5),
  /** Questions of all runs at work in one account and Region. */
  readsPerSecond: z._default(z.number().check(z.positive()), 10),
  /** Runs at work in one account and Region, which share what may be asked and written there. */
  runsAtOnce: z._default(z.int().check(z.minimum(1), z.maximum(50)), 3),
  accountsAtOnce: z.optional(z.int().check(z.positive())),
});

export const limits = z._default(LIMITS, {
  withdraw: { atMost: 20, percent: 5, accounts: 3 },
  writesPerSecond: 5,
  readsPerSecond: 10,
  runsAtOnce: 3,
});

export const schedule = z._default(
  z.strictObject({
    /** Null: nothing is looked at without an event. Which expressions are taken is core's to say. */
    reconcile: z._default(z.nullable(z.string()), 'rate(1 hour)'),
    deep: z.optional(z.string()),
  }),
  { reconcile: 'rate(1 hour)' },
);
