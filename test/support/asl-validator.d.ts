/** asl-validator ships no types; this is the part we call. */
declare module 'asl-validator' {
  interface Answer {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
    readonly errorsText: (separator?: string) => string;
  }
  function validate(definition: object, options?: { checkPaths?: boolean; checkArn?: boolean }): Answer;
  export = validate;
}
