/** One Lambda function of the hub: its own named role, log group and bundle. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { memberRolePath, type OwnRole } from '#contracts/names.ts';
import { hubRoleName } from '../names.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { memberRights, type Right } from './rights.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export type HubFunctionName = 'on-event' | 'reconcile' | 'report' | 'store-policy' | 'organization';

export interface HubFunctionProps<Environment extends Record<string, string>> {
  readonly namespace: string;
  readonly name: HubFunctionName;
  readonly description: string;
  /** Typed by the schema the handler parses it with: a variable forgotten here does not compile. */
  readonly environment: Environment;
  readonly timeout: Duration;
  readonly memory: number;
  /** Member roles it may assume, and the path they lie under. */
  readonly enters?: { readonly roles: readonly OwnRole[]; readonly path: string };
}

export class HubFunction<Environment extends Record<string, string>> extends Construct {
  readonly name: HubFunctionName;
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: HubFunctionProps<Environment>) {
    super(scope, id);
    this.name = props.name;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Named, because the member accounts' trust policies name it.
    this.role = new Role(this, 'Role', {
      roleName: hubRoleName(props.namespace, props.name),
      path: memberRolePath(props.namespace),
      description: `Runs ${props.namespace}-${props.name}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: `${props.namespace}-${props.name}`,
      description: props.description,
      code: bundled(props.name),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: this.role,
      logGroup,
      timeout: props.timeout,
      memorySize: props.memory,
      environment: props.environment,
    });
    if (props.enters) this.may(memberRights(this, props.namespace, props.enters));
  }

  may({ actions, resources, why, conditions = {} }: Right): void {
    const statement = new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
    this.role.addToPrincipalPolicy(statement);
    acknowledgeWildcards(this.role, resources, why ?? '');
  }
}

/** Not CDK's NodejsFunction: that knows no esbuild plugins, and without ours reconcile is 120 KB larger. */
function bundled(name: HubFunctionName): Code {
  const handlers = `${PROJECT}functions/handlers`;
  return Code.fromAsset(handlers, {
    // Hashed as bundled: a change that does not reach the bundle deploys nothing.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never used: the local bundler below always answers.
      image: DockerImage.fromRegistry('none'),
      // Tells CDK's cache of bundles one function from another.
      command: [name],
      local: {
        tryBundle(out) {
          const args = [`${PROJECT}infra/bundle.ts`, `${handlers}/${name}.ts`, `${out}/index.mjs`];
          execFileSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
          return true;
        },
      },
    },
  });
}
