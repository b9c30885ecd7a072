import { describe, expect, test } from 'vitest';
import type { Template } from '../../../infra/local/deployer/assembly.ts';
import { ownOutputs, splitTemplate, withOutputs } from '../../../infra/local/deployer/split.ts';

const bus = { Type: 'AWS::Events::EventBus', Properties: { Name: 'hub' } };
const busPolicy = {
  Type: 'AWS::Events::EventBusPolicy',
  Properties: {
    EventBusName: { Ref: 'Bus' },
    StatementId: 'Members',
    Statement: { Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] }, Principal: '*' },
  },
};
const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: {} };
const rule = (properties: Record<string, unknown>) => ({ Type: 'AWS::Events::Rule', Properties: properties });

const split = (Resources: Template['Resources'], more: object = {}) => splitTemplate('Hub', { Resources, ...more });

describe('a type CloudFormation refuses here', () => {
  test('is made by its API, with the values CloudFormation works out', () => {
    const { sent, byApi } = split({ Bus: bus, Policy: busPolicy });
    expect(Object.keys(sent.Resources)).toEqual(['Bus']);
    expect(sent.Outputs).toEqual({
      OnrampValue0: { Value: { Ref: 'Bus' } },
      OnrampValue1: { Value: { 'Fn::GetAtt': ['Bus', 'Arn'] } },
    });
    const outputs = { OnrampValue0: 'hub', OnrampValue1: 'arn:bus', Mine: 'x' };
    expect(withOutputs(byApi[0]?.properties, outputs)).toEqual({
      EventBusName: 'hub',
      StatementId: 'Members',
      Statement: { Resource: 'arn:bus', Principal: '*' },
    });
    expect(ownOutputs(outputs)).toEqual({ Mine: 'x' });
  });

  test('does not change the template that was synthesized', () => {
    const template: Template = {
      Resources: { Bus: bus, Policy: busPolicy, Rule: { ...rule({}), DependsOn: ['Policy'] } },
    };
    const before = structuredClone(template);
    const { sent } = splitTemplate('Hub', template);
    expect(template).toEqual(before);
    expect(sent.Resources['Rule']?.DependsOn).toEqual([]);
  });

  test('is refused under a CloudFormation condition', () => {
    expect(() => split({ Bus: bus, Policy: { ...busPolicy, Condition: 'Maybe' } })).toThrow(/Policy .* is conditional/);
  });
});

describe('a type left out', () => {
  test('is named with its reason, and outputs that speak of it go with it', () => {
    const Outputs = { AlarmArn: { Value: { 'Fn::GetAtt': ['Alarm', 'Arn'] } }, Bus: { Value: { Ref: 'Bus' } } };
    const { sent, leftOut } = split({ Alarm: alarm, Bus: bus }, { Outputs });
    expect(leftOut).toEqual([
      {
        logicalId: 'Alarm',
        type: 'AWS::CloudWatch::Alarm',
        reason: 'no metric is collected here, so it could never fire',
      },
    ]);
    expect(Object.keys(sent.Outputs ?? {})).toEqual(['Bus']);
  });

  test.each([
    ['Ref', { Name: { Ref: 'Alarm' } }],
    ['GetAtt', { Name: { 'Fn::GetAtt': ['Alarm', 'Arn'] } }],
    ['dotted GetAtt', { Name: { 'Fn::GetAtt': 'Alarm.Arn' } }],
    ['Sub', { Targets: [{ Input: { 'Fn::Sub': 'x ${Alarm.Arn}' } }] }],
    ['Sub with variables', { Targets: [{ Input: { 'Fn::Sub': ['${Alarm}', {}] } }] }],
  ])('must not be referred to by a resource that stays (%s)', (_how, properties) => {
    expect(() => split({ Alarm: alarm, Rule: rule(properties) })).toThrow(/Rule .* refers to Alarm/);
  });
});

describe('a type that would be a silent no-op', () => {
  test.each([
    ['AWS::CloudFormation::StackSet', /nothing would be made in any account/],
    ['AWS::Glue::Database', /made in MiniStack, not in the lake/],
    ['AWS::LakeFormation::DataLakeSettings', /no CloudFormation here knows the lake/],
    ['AWS::RAM::ResourceShare', /no CloudFormation here knows the lake/],
    ['AWS::Made::Up', /knows neither how to make it nor why to leave it out/],
  ])('%s stops the deployment', (Type, why) => {
    expect(() => split({ Bus: bus, Thing: { Type } })).toThrow(why);
  });

  test('all of them are named at once', () => {
    expect(() => split({ A: { Type: 'AWS::Made::Up' }, B: { Type: 'AWS::Made::Down' } })).toThrow(/A .*; B /);
  });
});
