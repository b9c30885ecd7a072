/** A state machine from its file. The definition is in the template, so `cdk diff` shows it. */

import { readFileSync } from 'node:fs';
import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type MachineName, machineName } from '#contracts/names.ts';
import { acknowledge } from './acknowledge.ts';

export interface MachineProps {
  readonly namespace: string;
  readonly name: MachineName;
  readonly reconcile: IFunction;
  readonly report: IFunction;
}

export class Machine extends Construct {
  readonly name: MachineName;
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { namespace, name, reconcile, report }: MachineProps) {
    super(scope, id);
    this.name = name;
    const stateMachineName = machineName(namespace, name);
    const definition = readFileSync(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8');
    const tokens = {
      Partition: Aws.PARTITION,
      ReconcileFunctionArn: reconcile.functionArn,
      ReportFunctionArn: report.functionArn,
    };
    // A token that a definition does not have is an error to CloudFormation.
    const definitionSubstitutions = Object.fromEntries(
      Object.entries(tokens).filter(([token]) => definition.includes(`{${token}}`)),
    );
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName,
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions,
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        // A state holds names and counts only: what a person needs at night, and nothing secret.
        includeExecutionData: true,
        destination: new LogGroup(this, 'Logs', {
          // With this prefix AWS needs no resource policy per group, of which a Region has only ten.
          logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    // CDK derives no rights from a definition given as text.
    this.machine.addToRolePolicy(
      new PolicyStatement({
        sid: 'Stages',
        actions: ['lambda:InvokeFunction'],
        resources: [
          reconcile.functionArn,
          ...('ReportFunctionArn' in definitionSubstitutions ? [report.functionArn] : []),
        ],
      }),
    );
    acknowledge(this.machine, {
      'AwsSolutions-IAM5[Resource::*]': 'Log delivery and X-Ray have no resources to name.',
    });
  }
}
