import type { AccessRequest, Principal } from '#core/iam/evaluate.ts';

export const ROLE = 'arn:aws:iam::222222222222:role/data-jobs/analytics-data-lake-job';

export const jobRole: Principal = {
  type: 'role',
  arn: ROLE,
  account: '222222222222',
  tags: { 'onramp:product': 'cur' },
  organization: 'o-a1b2c3d4e5',
  organizationPaths: ['o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/'],
};

export function role(more: Partial<Principal>): Principal {
  return { ...jobRole, ...more };
}

export function asks(more: Partial<AccessRequest> = {}): AccessRequest {
  return {
    principal: jobRole,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::cur-export/cur/2026-01.parquet',
    context: { 'aws:SecureTransport': 'true' },
    ...more,
  };
}

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

export function allow(more: object = {}): object {
  return { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...more };
}

export function deny(more: object = {}): object {
  return allow({ Effect: 'Deny', ...more });
}

/** The bucket policy of the walkthrough: anybody of the organization, by condition. */
export const organizationBucket = policy({
  Sid: 'AllowReadOnlyAccessFromOrganization',
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: ['s3:ListBucket', 's3:GetObject'],
  Resource: ['arn:aws:s3:::cur-export', 'arn:aws:s3:::cur-export/*'],
  Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
});

/** A role's own rights on that bucket. */
export const readsBucket = policy({
  Sid: 'AllowReadOnlyAccessToOrganizationCURBucket',
  Effect: 'Allow',
  Action: ['s3:GetObject', 's3:ListBucket'],
  Resource: ['arn:aws:s3:::cur-export', 'arn:aws:s3:::cur-export/*'],
});
