import { BootstraplessSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';

/** No bootstrap version, no assets: a template that any account takes. (CDK's types differ in an optional member.) */
export function bootstrapless(): IStackSynthesizer {
  return new BootstraplessSynthesizer() as IStackSynthesizer;
}
