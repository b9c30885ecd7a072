/**
 * CDK's switches, in code and not in cdk.json: `cdk`, a plain `node infra/app.ts` and the tests all get the same
 * templates.
 */

export const FLAGS: Readonly<Record<string, unknown>> = {
  /** CDK's own template rules stop synthesis; without it an unreplaced `${Token}` (E1029) is only a warning. */
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:useCdkManagedLogGroup': true,
  '@aws-cdk/aws-events:requireEventBusPolicySid': true,
  '@aws-cdk/core:newStyleStackSynthesis': true,
  '@aws-cdk/aws-s3:createDefaultLoggingPolicy': true,
  '@aws-cdk/core:checkSecretUsage': true,
  /** Two partitions' worth of service principals resolve to one name each. */
  '@aws-cdk/aws-iam:standardizedServicePrincipals': true,
  /** Queue policies for EventBridge name the rule, not the service alone. */
  '@aws-cdk/aws-events:eventsTargetQueueSameAccount': true,
};
