/** The errors of the Data Catalog, as AWS words them. */

import { AwsError } from '../aws-error.ts';

/** An `EntityNotFoundException` with these words. */
export function notFound(what: string): AwsError {
  return new AwsError('EntityNotFoundException', what);
}

/** A database that is not there, or that the caller may not see. */
export function databaseNotFound(name: string): AwsError {
  return notFound(`Database ${name} not found.`);
}

/** A table that is not there, or that the caller may not see. */
export function tableNotFound(name: string): AwsError {
  return notFound(`Table ${name} not found.`);
}

/** An `AlreadyExistsException`; `what` begins its sentence. */
export function alreadyExists(what: string): AwsError {
  return new AwsError('AlreadyExistsException', `${what} already exists.`);
}

/** An `InvalidInputException` with these words. */
export function invalidInput(why: string): AwsError {
  return new AwsError('InvalidInputException', why);
}

/** `permission` in Lake Formation's wording: `Describe`, `Create Table`. */
export function insufficient(permission: string, on: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${permission} on ${on}`,
  );
}
