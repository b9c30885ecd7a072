/** The errors of RAM, as AWS words them. */

import { AwsError } from '../service.ts';

export function unknownShare(arn: string): AwsError {
  return new AwsError('UnknownResourceException', `ResourceShare ${arn} could not be found.`);
}

export function unknownInvitation(arn: string): AwsError {
  return new AwsError(
    'ResourceShareInvitationArnNotFoundException',
    `ResourceShareInvitation ${arn} could not be found.`,
  );
}

export function malformedArn(arn: string): AwsError {
  return new AwsError('MalformedArnException', `The specified ARN ${arn} is not valid.`);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function notPermitted(message: string): AwsError {
  return new AwsError('OperationNotPermittedException', message);
}

export function invitationState(status: 'ACCEPTED' | 'REJECTED' | 'EXPIRED', arn: string): AwsError {
  const [code, words] = {
    ACCEPTED: ['ResourceShareInvitationAlreadyAcceptedException', 'was already accepted'],
    REJECTED: ['ResourceShareInvitationAlreadyRejectedException', 'was already rejected'],
    EXPIRED: ['ResourceShareInvitationExpiredException', 'has expired'],
  }[status] as [string, string];
  return new AwsError(code, `ResourceShareInvitation ${arn} ${words}.`);
}
