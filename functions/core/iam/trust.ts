/** A role's trust policy as proof: Glue may assume it, and nobody who isn't named for it may. */

import { sortedSet } from '../collections.ts';
import { remembered } from '../remembered.ts';
import { actionClaim } from './candidates.ts';
import type { PolicyDocument } from './document.ts';
import { parseDocument } from './document.ts';
import { evaluateResource } from './evaluate.ts';
import type { Named } from './principals.ts';
import { namedIn } from './principals.ts';
import type { AccessRequest, Verdict } from './request.ts';

export interface TrustJudgement {
  readonly admitsGlue: Verdict;
  /** Whoever else a statement lets in, whatever its conditions: AWS principals, services, federations, `*`. Sorted. */
  readonly others: readonly string[];
  readonly because: string;
}

const GLUE = 'glue.amazonaws.com';
/** What lets somebody into a role; `sts:TagSession` and `sts:SetSourceIdentity` alone don't. */
const ENTRANCES = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'];

/** Most roles of an account are trusted by the same few texts, and each is asked about for every product. */
const TEXTS = 1000;
const judgements = remembered(TEXTS, (text) => remembered(4, (partition) => judged(text, partition)));

/** @returns whether a trust policy admits Glue and nobody else, and if not, why. */
export function judgeTrust(text: string, { partition }: { readonly partition: string }): TrustJudgement {
  return judgements(text)(partition);
}

function judged(text: string, partition: string): TrustJudgement {
  const parsed = parseDocument(text);
  if (!parsed.ok)
    return { admitsGlue: 'unknown', others: [], because: `the trust policy can't be read: ${parsed.why}` };
  const { verdict, because } = evaluateResource(text, glueAssumes(partition), 'the trust policy');
  return { admitsGlue: verdict, others: othersIn(parsed.document), because };
}

/** Conditions on aws:SourceAccount or aws:SourceArn stay open: AWS doesn't say whether Glue sends them. */
function glueAssumes(partition: string): AccessRequest {
  return {
    principal: { type: 'service', arn: GLUE, account: '', service: GLUE, tags: {} },
    action: 'sts:AssumeRole',
    // Any role that has this text: which account it is in makes no difference that could be told here.
    resource: `arn:${partition}:iam::000000000000:role/any`,
    context: { 'aws:ResourceAccount': null },
  };
}

function othersIn(document: PolicyDocument): readonly string[] {
  const entries = document.statements
    .filter((statement) => statement['Effect'] === 'Allow')
    .filter((statement) => ENTRANCES.some((action) => actionClaim(statement, action).holds !== false))
    .flatMap(({ Principal, NotPrincipal }) =>
      NotPrincipal === undefined
        ? (namedIn(Principal)
            ?.filter(isOther)
            .map(({ id }) => id) ?? ["a principal that can't be read"])
        : [`everyone except ${JSON.stringify(NotPrincipal)}`],
    );
  return sortedSet(entries);
}

function isOther({ kind, id }: Named): boolean {
  return !(kind === 'Service' && id === GLUE) && !(kind === 'AWS' && GONE.test(id));
}

/**
 * Unique ids of roles and users. IAM shows one only of what was deleted (G-B4): one of that name made again has another
 * id, so the entry admits nobody.
 */
const GONE = /^(AROA|AIDA)[A-Z0-9]+$/;
