/** The errors of RAM, as AWS words them. */

import { AwsError } from '../aws-error.ts';

/** RAM's error for a share that is not there. */
export function unknownShare(arn: string): AwsError {
  return new AwsError('UnknownResourceException', `ResourceShare ${arn} could not be found.`);
}

/** RAM's error for an invitation that is not there, or is another account's. */
export function unknownInvitation(arn: string): AwsError {
  return new AwsError(
    'ResourceShareInvitationArnNotFoundException',
    `ResourceShareInvitation ${arn} could not be found.`,
  );
}

/** RAM's error for what is no ARN of that kind. */
export function malformedArn(arn: string): AwsError {
  return new AwsError('MalformedArnException', `The specified ARN ${arn} is not valid.`);
}

/** An `InvalidParameterException` with these words. */
export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** An `OperationNotPermittedException` with these words. */
export function notPermitted(message: string): AwsError {
  return new AwsError('OperationNotPermittedException', message);
}

/** RAM's error for an invitation that was answered already, or has expired. */
export function invitationState(status: 'ACCEPTED' | 'REJECTED' | 'EXPIRED', arn: string): AwsError {
  const [code, words] = {
    ACCEPTED: ['ResourceShareInvitationAlreadyAcceptedException', 'was already accepted'],
    REJECTED: ['ResourceShareInvitationAlreadyRejectedException', 'was already rejected'],
    EXPIRED: ['ResourceShareInvitationExpiredException', 'has expired'],
  }[status] as [string, string];
  return new AwsError(code, `ResourceShareInvitation ${arn} ${words}.`);
}
