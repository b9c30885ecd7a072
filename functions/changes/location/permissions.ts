import { AWS_KNOWS_NONE, type Feature, NO_RESOURCE, type PermissionRow } from '#contracts/permissions.ts';

const SERVICE = 'lakeformation.amazonaws.com';
const LINKED = [
  `arn:{partition}:iam::{account}:role/aws-service-role/${SERVICE}/AWSServiceRoleForLakeFormationDataAccess`,
];
const NAMED = 'Named by the policy.';
const linked: readonly Feature[] = ['service-linked-role'];
const own: readonly Feature[] = ['registration-role'];

export const REGISTER: PermissionRow = {
  sid: 'Locations',
  actions: ['lakeformation:RegisterResource'],
  on: NO_RESOURCE,
  why: AWS_KNOWS_NONE,
  features: ['registration-role', 'service-linked-role'],
};

/** Lake Formation registers a location with a role we pass, … */
export const PASS_ROLE: PermissionRow = {
  sid: 'PassRegistrationRoles',
  actions: ['iam:PassRole'],
  on: ['{registrationRole}'],
  why: NAMED,
  condition: { StringEquals: { 'iam:PassedToService': SERVICE } },
  features: own,
};

/** … or makes and extends its own with our rights. */
export const SERVICE_LINKED_ROLE: readonly PermissionRow[] = [
  {
    sid: 'MakeServiceLinkedRole',
    actions: ['iam:CreateServiceLinkedRole'],
    on: LINKED,
    why: NAMED,
    condition: { StringEquals: { 'iam:AWSServiceName': SERVICE } },
    features: linked,
  },
  {
    // AWS adds each location to this role's inline policy in the caller's name.
    sid: 'ExtendServiceLinkedRole',
    actions: ['iam:PutRolePolicy'],
    on: LINKED,
    why: NAMED,
    features: linked,
  },
];
