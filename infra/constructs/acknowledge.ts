/** Findings of the security rules that are right here, each with its reason. */

import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** On one construct and what is below it: rule id → why. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(scope).acknowledge({ id, reason });
}

/** Of a policy's resources, those that end in a wildcard. */
export function acknowledgeWildcards(scope: IConstruct, resources: readonly string[], why: string): void {
  const texts = resources.map((resource) => asText(Stack.of(scope).resolve(resource)));
  for (const text of texts.filter((each) => each.includes('*'))) {
    acknowledge(scope, { [`AwsSolutions-IAM5[Resource::${text}]`]: why });
  }
}

/** A resolved ARN as the rules write it: `<LogicalId.Attribute>` for what is known only after deployment. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  if ('Ref' in value) return `<${value.Ref}>`;
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) return value['Fn::Join'][1].map(asText).join('');
  return '';
}
