/** The credential scope of a signed request. The signature itself is not verified: this is a local server. */

import type { IncomingHttpHeaders } from 'node:http';

export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `glue`, `s3`, `execute-api`… */
  readonly service: string;
  readonly sessionToken?: string;
}

function fromCredential(credential: string | undefined, token: string | undefined): Signature | undefined {
  // Access keys hold no slash, so the scope is what follows the first one.
  const [accessKeyId, , region, service, end] = (credential ?? '').split('/');
  if (!accessKeyId || !region || !service || end !== 'aws4_request') return undefined;
  return { accessKeyId, region, service, ...(token === undefined ? {} : { sessionToken: token }) };
}

/** From the Authorization header, or from a presigned URL's parameters. */
export function readSignature(headers: IncomingHttpHeaders, url: URL): Signature | undefined {
  const header = headers.authorization;
  if (header !== undefined) {
    const credential = /^AWS4-HMAC-SHA256\s.*?Credential=([^\s,]+)/.exec(header)?.[1];
    const token = headers['x-amz-security-token'];
    return fromCredential(credential, typeof token === 'string' ? token : undefined);
  }
  const query = url.searchParams;
  return fromCredential(query.get('X-Amz-Credential') ?? undefined, query.get('X-Amz-Security-Token') ?? undefined);
}
