/** Who asks for what, and the answer. */

/** Never a guess: what can't be told from documents is `unknown`. */
export type Verdict = 'allowed' | 'denied' | 'unknown';

export interface Judgement {
  readonly verdict: Verdict;
  /** A statement says so. False for "denied" when merely nothing allows it. */
  readonly explicit: boolean;
  /** One clause for a person: which statement, or what is not known. */
  readonly because: string;
}

export interface Principal {
  readonly type: 'role' | 'service' | 'account';
  /** A role's ARN with its path; `arn:…:iam::<account>:root` for an account; the service's name for a service. */
  readonly arn: string;
  readonly account: string;
  /** `glue.amazonaws.com`, for a service. */
  readonly service?: string;
  /** `AROA…`, where it is known. */
  readonly uniqueId?: string;
  /** Null: could not be read. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** `o-…`; null: in none; absent: not known. */
  readonly organization?: string | null;
  /** `o-…/r-…/ou-…/`; null or absent: not known. */
  readonly organizationPaths?: readonly string[] | null;
}

export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  /**
   * Where the resource stands for many: the pattern of their names. What allows has to allow the one; what denies only
   * some of them may be in the way, too.
   */
  readonly all?: string | undefined;
  /** Further condition keys, any case. Null: not knowable here. A key that is not named is not known either. */
  readonly context: Readonly<Record<string, string | readonly string[] | null>>;
}
