/** Who signed a request, and what it asks for: what every part of the lake may know without knowing the others. */

/** Who signed the request, as the services see it. */
export interface Caller {
  readonly kind: 'root' | 'user' | 'role' | 'service';
  /** 12 digits. */
  readonly account: string;
  /** The principal that permissions are granted to: IAM role or user ARN with its path, or `arn:aws:iam::ACCOUNT:root`. */
  readonly arn: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` when `kind` is `role`. */
  readonly sessionArn?: string;
  readonly sessionPolicies?: readonly string[];
  /** Session tags, and below them the role's own: what `aws:PrincipalTag/…` says. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Names of session tags that a role assumed next keeps. */
  readonly transitiveTags?: readonly string[];
}

/** A signed request for one operation. `account` is the caller's: AWS has no other default. */
export interface SignedCall {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly requestId: string;
}
