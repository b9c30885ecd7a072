/** What CloudFormation asks of the function behind our custom resource, and what it wants to hear. */

import * as z from 'zod/mini';

export const PolicyRequestSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  /** Signed; whoever holds it may answer. Never logged. */
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
  ResourceProperties: z.object({
    /** Of the policy, as its deployer computed it. */
    hash: z.string(),
    /** Where CDK put the policy file. */
    bucket: z.string(),
    key: z.string(),
  }),
});
export type PolicyRequest = z.infer<typeof PolicyRequestSchema>;

export interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}
