/** SDK settings with which a client speaks to the local cloud as an account's root. */

export interface LocalTarget {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

export interface LocalClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** In the local cloud a 12-digit access key id *is* the account. */
export function localClient(target: LocalTarget): LocalClientConfig {
  return {
    endpoint: target.endpoint,
    region: target.region,
    credentials: { accessKeyId: target.account, secretAccessKey: 'local' },
    maxAttempts: 2,
  };
}
