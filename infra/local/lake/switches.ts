/** Facts about AWS that only a real account can confirm. Each has a default, the harsher reading, and its alternatives. */

export interface Switch {
  readonly name: string;
  readonly default: string;
  readonly alternatives: readonly string[];
  /** What it decides, and what each value means. */
  readonly meaning: string;
}

export const SWITCHES: readonly Switch[] = [
  {
    name: 'validation-error-name',
    default: 'InvalidInputException',
    alternatives: ['ValidationException'],
    meaning:
      'what Glue and Lake Formation call a request that breaks their own model (too long, too many, not in the enum)',
  },
];
