/** Synthesized templates for tests: unbundled and without the security rules, which have a test of their own. */

import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Deployment, deployment } from '../../infra/deployment.ts';
import { FLAGS } from '../../infra/flags.ts';
import { type PolicyOptions, samplePolicy } from './policies.ts';

const QUICK = { ...FLAGS, 'aws:cdk:bundling-stacks': [] };

export function testApp(): App {
  return new App({ context: QUICK, analyticsReporting: false, builtinCloudFormationValidation: false });
}

export function sampleDeployment(options: PolicyOptions = {}, app = testApp()): Deployment {
  return deployment(app, samplePolicy(options));
}

const sample = lazily(() => sampleDeployment());

/** The hub of the sample policy; made once per test file. */
export const hubTemplate = lazily(() => Template.fromStack(sample().hub));
export const eventsTemplate = lazily(() => Template.fromStack(first(sample().events)));
/** The producer's roles: `Storage` too, since its product's bucket is managed. */
export const producerTemplate = lazily(() => Template.fromStack(first(sample().roles)));

export function first<T extends Stack>(stacks: readonly T[]): T {
  const [stack] = stacks;
  if (!stack) throw new Error('no such stack');
  return stack;
}

export function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** ARNs as one reads them: pseudo parameters as `<Partition>`, attributes as `<LogicalId.Arn>`. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return `<${String(value.Ref).replace('AWS::', '')}>`;
  if ('Fn::GetAtt' in value && Array.isArray(value['Fn::GetAtt'])) return `<${value['Fn::GetAtt'].join('.')}>`;
  if ('Fn::Join' in value && Array.isArray(value['Fn::Join'])) {
    return value['Fn::Join'][1].map(readable).join(value['Fn::Join'][0]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}
