/** Pages of Organizations. */

import { AwsError } from '../aws-error.ts';

export interface PageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** Organizations never answers more at once, whatever is asked for. */
const mostPerPage = 20;

/** One page of at most twenty. Throws `InvalidInputException` for a token it did not give. */
export function page<T>(all: readonly T[], { NextToken, MaxResults }: PageRequest): { items: T[]; NextToken?: string } {
  const start =
    NextToken === undefined ? 0 : Number(/^from:(\d+)$/.exec(Buffer.from(NextToken, 'base64').toString())?.[1]);
  if (Number.isNaN(start))
    throw new AwsError('InvalidInputException', 'You provided an invalid next token.', {
      fields: { Reason: 'INVALID_NEXT_TOKEN' },
    });
  const end = start + Math.min(MaxResults ?? mostPerPage, mostPerPage);
  const items = all.slice(start, end);
  return end < all.length ? { items, NextToken: Buffer.from(`from:${end}`).toString('base64') } : { items };
}
