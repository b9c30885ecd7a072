/** Synthesized templates for tests: unbundled and without the security rules, which have a test of their own. */

import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { once } from '#runtime/once.ts';
import { type Deployment, deployment } from '../../infra/deployment.ts';
import { FLAGS } from '../../infra/flags.ts';
import { type PolicyOptions, samplePolicy } from './policies.ts';

const QUICK = { ...FLAGS, 'aws:cdk:bundling-stacks': [], 'aws:cdk:disable-stack-trace': true };

export function testApp(): App {
  return new App({
    context: QUICK,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    treeMetadata: false,
  });
}

/** The stacks of a sample policy in an app of their own, which tests only look at: made once for the same options. */
export function sampleDeployment(options: PolicyOptions = {}): Deployment {
  const key = JSON.stringify(options);
  const made = deployments.get(key) ?? deployedIn(testApp(), options);
  deployments.set(key, made);
  return made;
}
const deployments = new Map<string, Deployment>();

/** The stacks of a sample policy, in an app that the test does something with. */
export function deployedIn(app: App, options: PolicyOptions = {}): Deployment {
  return deployment(app, samplePolicy(options));
}

const sample = once(() => sampleDeployment());

/** The hub of the sample policy. */
export const hubTemplate = once(() => Template.fromStack(sample().hub));
export const eventsTemplate = once(() => Template.fromStack(first(sample().events)));
/** The producer's roles: `Storage` too, since its product's bucket is managed. */
export const producerTemplate = once(() => Template.fromStack(first(sample().roles)));

export function first<T extends Stack>(stacks: readonly T[]): T {
  const [stack] = stacks;
  if (!stack) throw new Error('no such stack');
  return stack;
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
