/** What a run has seen, as it is kept between its stages: answers of AWS as plain data, each with its source and time. */

import * as z from 'zod/mini';

/**
 * What an answer is about. A kind of change names the aspects it alters, and those that must be seen anew before it is
 * written; so the engine knows which answers still serve, and neither questions nor kinds by name.
 */
export const ASPECTS = [
  'catalog',
  'catalog-key',
  'catalog-policy',
  'encryption',
  'grants',
  'invitations',
  'locations',
  'open-grants',
  'organization',
  'role-names',
  'roles',
  'runs',
  'settings',
  'shares',
  'stores',
  'tags',
] as const;
export type Aspect = (typeof ASPECTS)[number];

/** One known answer. */
export interface Answer {
  /** Question and arguments: unique in its account and Region. */
  readonly question: string;
  readonly account: string;
  readonly region: string;
  readonly aspect: Aspect;
  /** When it was asked, milliseconds since the epoch. */
  readonly at: number;
  /** The facts, as the question's hop knows them. */
  readonly value: unknown;
}

export interface Observation {
  readonly schema: 'onramp.observation/1';
  readonly scope: string;
  /** Hash of the policy by which it was asked. */
  readonly policy: string;
  readonly answers: readonly Answer[];
}
export const ObservationSchema: z.ZodMiniType<Observation> = z.object({
  schema: z.literal('onramp.observation/1'),
  scope: z.string(),
  policy: z.string(),
  answers: z.array(
    z.object({
      question: z.string(),
      account: z.string(),
      region: z.string(),
      aspect: z.enum(ASPECTS),
      at: z.number(),
      value: z.unknown(),
    }),
  ),
});
