/** What the hub's roles may do, as data: several of them share a right. */

import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { memberRoleName, type OwnRole } from '#contracts/names.ts';

export interface Right {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Where a resource ends in a wildcard: the reason. */
  readonly why?: string;
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** In any account: which ones, says the policy file; whether we may, says the role's own trust policy there. */
export function memberRights(
  scope: IConstruct,
  namespace: string,
  { roles, path }: { readonly roles: readonly OwnRole[]; readonly path: string },
): Right {
  const { partition } = Stack.of(scope);
  return {
    actions: ['sts:AssumeRole', 'sts:TagSession'],
    resources: roles.map((role) => `arn:${partition}:iam::*:role${path}${memberRoleName(namespace, role)}`),
    why: 'Roles of our name and path in any account: the policy names the accounts, and their trust policies decide.',
  };
}

type Prefix = 'policies' | 'snapshots' | 'entries' | 'runs';

/** Listing is there so that S3 says "no such key" and not "access denied" of what isn't there yet (law 6). */
export function readObjects(bucket: Bucket, ...prefixes: Prefix[]): readonly Right[] {
  return [objects(bucket, ['s3:GetObject'], prefixes), { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }];
}

export function writeObjects(bucket: Bucket, ...prefixes: Prefix[]): Right {
  return objects(bucket, ['s3:PutObject'], prefixes);
}

function objects(bucket: Bucket, actions: readonly string[], prefixes: readonly string[]): Right {
  return {
    actions,
    resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}/*`)),
    why: 'Objects are named by hash or by scope, under one prefix of one bucket.',
  };
}

export function readLedger(table: Table): Right {
  return { actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], resources: [table.tableArn] };
}

/** Where something of ours stands, and nothing else that the ledger keeps. */
export function readStanding(table: Table): Right {
  return {
    actions: ['dynamodb:Query'],
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['standing'] } },
  };
}

export function keepLedger(table: Table): Right {
  const items = ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem', 'BatchWriteItem', 'Query'];
  return { actions: items.map((item) => `dynamodb:${item}`), resources: [table.tableArn] };
}
