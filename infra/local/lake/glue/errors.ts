/** The errors of the Data Catalog, as AWS words them. */

import { AwsError } from '../service.ts';

export function notFound(what: string): AwsError {
  return new AwsError('EntityNotFoundException', what);
}

export function databaseNotFound(name: string): AwsError {
  return notFound(`Database ${name} not found.`);
}

export function tableNotFound(name: string): AwsError {
  return notFound(`Table ${name} not found.`);
}

export function alreadyExists(what: string): AwsError {
  return new AwsError('AlreadyExistsException', `${what} already exists.`);
}

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
