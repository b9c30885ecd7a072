/** How each service names the errors that come before its operations: the one table of them. */

type Protocol = 'json' | 'rest-json' | 'rest-xml' | 'query';

export interface ValidationAnswer {
  readonly code: string;
  readonly fields?: { readonly fields: Record<string, unknown> };
}

/** What a request that breaks the model is answered with. `glue`'s and `lakeformation`'s are switches (see switches.ts). */
export const VALIDATION: Readonly<Record<string, ValidationAnswer>> = {
  glue: { code: 'InvalidInputException' },
  lakeformation: { code: 'InvalidInputException' },
  ram: { code: 'InvalidParameterException' },
  organizations: { code: 'InvalidInputException', fields: { fields: { Reason: 'INPUT_REQUIRED' } } },
  sts: { code: 'ValidationError' },
  iam: { code: 'ValidationError' },
  kms: { code: 'ValidationException' },
  s3: { code: 'InvalidArgument' },
};

export type IdentityFailure = 'missing' | 'unknown' | 'expired' | 'badToken';

interface Answer {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

const MESSAGES: Readonly<Record<IdentityFailure, string>> = {
  missing: 'Missing Authentication Token',
  unknown: 'The security token included in the request is invalid.',
  expired: 'The security token included in the request is expired',
  badToken: 'The security token included in the request is invalid.',
};

const CODES: Readonly<Record<'json' | 'query' | 's3', Readonly<Record<IdentityFailure, string>>>> = {
  json: {
    missing: 'MissingAuthenticationTokenException',
    unknown: 'UnrecognizedClientException',
    expired: 'ExpiredTokenException',
    badToken: 'UnrecognizedClientException',
  },
  query: {
    missing: 'MissingAuthenticationToken',
    unknown: 'InvalidClientTokenId',
    expired: 'ExpiredToken',
    badToken: 'InvalidClientTokenId',
  },
  s3: { missing: 'AccessDenied', unknown: 'InvalidAccessKeyId', expired: 'ExpiredToken', badToken: 'InvalidToken' },
};

const family = (protocol: Protocol): 'json' | 'query' | 's3' =>
  protocol === 'query' ? 'query' : protocol === 'rest-xml' ? 's3' : 'json';

/** An unsigned request, a key nobody issued, an expired session: by the protocol's names. */
export function identityAnswer(protocol: Protocol, failure: IdentityFailure): Answer {
  const status = failure === 'expired' && protocol !== 'query' ? 400 : 403;
  return { code: CODES[family(protocol)][failure], message: MESSAGES[failure], status };
}

/** What the protocol calls a refusal by IAM. */
export const accessDeniedCode = (protocol: Protocol): string =>
  family(protocol) === 'json' ? 'AccessDeniedException' : 'AccessDenied';

/** What the protocol calls a request too many. */
export const throttledCode = (protocol: Protocol): string =>
  protocol === 'rest-xml' ? 'SlowDown' : protocol === 'query' ? 'Throttling' : 'ThrottlingException';
