/** Names of our metrics: what functions count and what alarms look at. */

export const METRIC_NAMESPACE = 'LakeOnramp';

/** Beside Powertools' own `service`: two hubs may live in one account. */
export const METRIC_DIMENSION = 'namespace';

export const METRICS = {
  grantsMade: 'GrantsMade',
  grantsFailed: 'GrantsFailed',
  /** Findings that recovered. */
  healed: 'FindingsHealed',
  /** Milliseconds from the event to the end of the run that made the table readable. */
  eventToReadable: 'EventToReadable',
} as const;
