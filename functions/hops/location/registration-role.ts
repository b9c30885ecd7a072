/**
 * Whether the role that Lake Formation hands out can read the location at all: every grant may be right, and each read
 * still fails because this one role lacks a right to the bucket or its key (G-L27).
 */

import { arnParts } from '#contracts/arn.ts';
import type { Finding } from '#contracts/findings.ts';
import type { Policy, Product } from '#contracts/policy.ts';
import type { LocationFacts, RoleFacts, StorageFacts } from '#core/facts.ts';
import { finding, pasteable, type Where } from '#core/findings.ts';
import { evaluateAccess } from '#core/iam/evaluate.ts';
import type { Observed } from '#core/observed.ts';

export interface RoleQuestion {
  readonly where: Where & { product: string };
  readonly policy: Policy;
  readonly product: Product;
  readonly registered: NonNullable<LocationFacts['registered']>;
  readonly rests: { readonly storage: Observed<StorageFacts>; readonly role: Observed<RoleFacts | null> | null };
}

/** A right the role lacks, by what its own policies and the resource's say together. */
interface Lack {
  readonly action: string;
  readonly resource: string;
  readonly because: string;
}

/** Null when nothing tells against it; what can't be read tells nothing. */
export function roleUnfit(question: RoleQuestion): Finding | null {
  const { where, registered, rests } = question;
  const gone = rests.role?.known === true && rests.role.value === null;
  const lacks = lacksOf(question);
  const failed = registered.verification === 'VERIFICATION_FAILED';
  if (!gone && lacks.length === 0 && !failed) return null;
  const reasons = [
    ...(gone ? ['there is no such role'] : []),
    ...lacks.map(({ action, resource, because }) => `it may not ${action} on ${resource} (${because})`),
    ...(failed && !gone && lacks.length === 0 ? ["AWS's own verification of the registration failed"] : []),
  ];
  return finding({
    ...where,
    state: 'broken',
    cause: 'registration-role-unfit',
    principal: registered.roleArn,
    message: `${registered.roleArn}, with which ${registered.arn} is registered, can't read it: ${reasons.join('; ')}`,
    remedy: remedyFor(question, lacks),
  });
}

function lacksOf({ policy, product, registered, rests }: RoleQuestion): readonly Lack[] {
  const { role, storage } = rests;
  if (role === null || !role.known || role.value === null || !storage.known) return [];
  const found = role.value;
  const { bucket, prefix, account: owner, key } = product.storage;
  const { encryption, bucketPolicy, keyPolicy } = storage.value;
  // Whoever encrypts by another key than the one named is told so elsewhere; a key's ARN is all that can be judged.
  const used = key ?? (encryption.key?.startsWith('arn:') ? encryption.key : null);
  const asked = [
    {
      action: 's3:GetObject',
      resource: `arn:${policy.partition}:s3:::${bucket}/${prefix}any`,
      document: bucketPolicy.text,
      sameAccount: owner === product.account,
      context: {},
    },
    ...(used === null
      ? []
      : [
          {
            action: 'kms:Decrypt',
            resource: used,
            document: key === null ? undefined : keyPolicy?.text,
            sameAccount: arnParts(used)?.account === product.account,
            context: { 'kms:ViaService': `s3.${product.region}.amazonaws.com` },
          },
        ]),
  ];
  return asked.flatMap(({ action, resource, document, sameAccount, context }) => {
    const { verdict, because } = evaluateAccess({
      identity: found.policies,
      boundary: found.boundary,
      resource: document,
      sameAccount,
      request: {
        principal: {
          type: 'role',
          arn: registered.roleArn ?? found.arn,
          account: product.account,
          tags: found.tags,
          organization: policy.organization.id,
        },
        action,
        resource,
        context: { 'aws:SecureTransport': 'true', ...context },
      },
    });
    return verdict === 'denied' ? [{ action, resource, because }] : [];
  });
}

function remedyFor({ registered, product }: RoleQuestion, lacks: readonly Lack[]): string {
  const { bucket, key, account: owner } = product.storage;
  const statements = lacks.map(({ action, resource }) => ({
    Effect: 'Allow',
    Action: action,
    Resource: resource.replace(/(?<=\/)any$/, '*'),
  }));
  const own = statements.length === 0 ? '' : ` Its own policies need: ${pasteable(statements)}.`;
  const theirs = statements.map((statement) => ({ ...statement, Principal: { AWS: registered.roleArn } }));
  const others =
    owner === product.account || theirs.length === 0
      ? ''
      : ` The bucket is account ${owner}'s: its policy${key === null ? '' : " and the key's"} must allow the same: ${pasteable(theirs)}.`;
  return `Let ${registered.roleArn} trust lakeformation.amazonaws.com and read bucket ${bucket}${key === null ? '' : ` and key ${key}`}.${own}${others} Grants are not the cause: they can stay as they are.`;
}
