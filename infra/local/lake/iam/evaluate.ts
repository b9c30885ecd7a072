/** Policy evaluation: explicit deny wins; across accounts both sides must allow; boundary and session policies limit. */

import type { Caller } from '../caller.ts';
import { conditionsHold } from './conditions.ts';
import type { Decision } from './decide.ts';
import { parsePolicy, type Statement } from './document.ts';
import { glob, type RequestContext, substitute } from './match.ts';
import { type Naming, namesCaller } from './principal.ts';

export interface Evaluation {
  readonly caller: Caller;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  /** True when the resource belongs to the caller's account. */
  readonly sameAccount: boolean;
  /** Texts of the caller's identity policies; undefined for an account's root, which may do everything. */
  readonly identity: readonly string[] | undefined;
  readonly boundary: string | undefined;
  readonly session: readonly string[] | undefined;
  /** Service control policies level by level, from the root of the organization; undefined where none concern him. */
  readonly control?: readonly (readonly string[])[] | undefined;
  readonly resourcePolicy: string | undefined;
  /** Trust and key policies: without them nobody may, whatever identity policies say. */
  readonly resourceMustAllow: boolean;
}

/** For requests whose resource the lake can't tell: an allow on any resource counts, a deny only on all of them. */
export const ANY_RESOURCE = '(any)';

/** Without a context, variables are text. */
function elementMatches(
  patterns: readonly string[],
  text: string,
  context: RequestContext | undefined,
  ignoreCase: boolean,
): boolean {
  return patterns.some((pattern) => {
    const filled = context === undefined ? pattern : substitute(pattern, context);
    return filled !== undefined && glob(filled, text, ignoreCase);
  });
}

function applies(statement: Statement, { action, resource, context }: Evaluation): boolean {
  const { actions, notActions, resources, notResources, variables } = statement;
  const filling = variables ? context : undefined;
  if (actions !== undefined && !elementMatches(actions, action, filling, true)) return false;
  if (notActions !== undefined && elementMatches(notActions, action, filling, true)) return false;
  const holds = () => conditionsHold(statement, context);
  if (resource === ANY_RESOURCE) return (statement.effect === 'Allow' || resources?.includes('*') === true) && holds();
  if (resources !== undefined && !elementMatches(resources, resource, filling, false)) return false;
  if (notResources !== undefined && elementMatches(notResources, resource, filling, false)) return false;
  return holds();
}

type Verdict = 'allow' | 'deny' | 'silent';

function ofIdentity(policies: readonly string[], evaluation: Evaluation): Verdict {
  const matching = policies.flatMap(parsePolicy).filter((statement) => applies(statement, evaluation));
  if (matching.some(({ effect }) => effect === 'Deny')) return 'deny';
  return matching.length > 0 ? 'allow' : 'silent';
}

/** Every level must allow, and none may deny. */
function ofLevels(levels: readonly (readonly string[])[], evaluation: Evaluation): Verdict {
  const verdicts = levels.map((policies) => ofIdentity(policies, evaluation));
  if (verdicts.includes('deny')) return 'deny';
  return verdicts.includes('silent') ? 'silent' : 'allow';
}

interface ResourceVerdict {
  readonly deny: boolean;
  readonly allow: ReadonlySet<Naming>;
}

function ofResource(evaluation: Evaluation): ResourceVerdict {
  const allow = new Set<Naming>();
  let deny = false;
  for (const statement of evaluation.resourcePolicy === undefined ? [] : parsePolicy(evaluation.resourcePolicy)) {
    const named = namesCaller(statement, evaluation.caller);
    if (named === undefined || !applies(statement, evaluation)) continue;
    if (statement.effect === 'Deny') deny = true;
    else allow.add(named);
  }
  return { deny, allow };
}

interface Verdicts {
  readonly identity: Verdict;
  readonly boundary: Verdict;
  readonly session: Verdict;
  readonly control: Verdict;
  readonly resource: ResourceVerdict;
}

function judge(evaluation: Evaluation): Verdicts {
  const { identity, boundary, session, control } = evaluation;
  return {
    identity: identity === undefined ? 'allow' : ofIdentity(identity, evaluation),
    boundary: boundary === undefined ? 'allow' : ofIdentity([boundary], evaluation),
    session: session === undefined ? 'allow' : ofIdentity(session, evaluation),
    control: control === undefined ? 'allow' : ofLevels(control, evaluation),
    resource: ofResource(evaluation),
  };
}

const denied = (by: Decision['by']): Decision => ({ effect: 'explicitDeny', by });
const silent = (by: Decision['by']): Decision => ({ effect: 'implicitDeny', by });
const allowed = (by: Decision['by']): Decision => ({ effect: 'allowed', by });

function explicitDeny({ identity, boundary, session, control, resource }: Verdicts): Decision | undefined {
  if (control === 'deny') return denied('control');
  if (identity === 'deny') return denied('identity');
  if (resource.deny) return denied('resource');
  if (session === 'deny') return denied('session');
  return boundary === 'deny' ? denied('boundary') : undefined;
}

/** What the identity's own account allows it. */
function ownSide({ identity, boundary, session }: Verdicts): Decision {
  if (identity !== 'allow') return silent('identity');
  if (boundary !== 'allow') return silent('boundary');
  return session === 'allow' ? allowed('identity') : silent('session');
}

/** What all policies together say, and which kind of them decided. */
export function evaluate(evaluation: Evaluation): Decision {
  const verdicts = judge(evaluation);
  const deny = explicitDeny(verdicts);
  if (deny !== undefined) return deny;
  if (verdicts.control !== 'allow') return silent('control');
  const { allow } = verdicts.resource;
  if (evaluation.caller.kind === 'service') return allow.has('service') ? allowed('resource') : silent('resource');
  const own = ownSide(verdicts);
  const delegated = allow.has('delegated');
  const direct = [...allow].some((named) => named !== 'delegated');
  if (!evaluation.sameAccount) {
    if (own.effect !== 'allowed') return own;
    return direct || delegated ? allowed('resource') : silent('resource');
  }
  if (allow.has('session') || allow.has('user')) return allowed('resource');
  if (direct) {
    if (verdicts.boundary !== 'allow') return silent('boundary');
    return verdicts.session === 'allow' ? allowed('resource') : silent('session');
  }
  if (evaluation.resourceMustAllow && !delegated) return silent('resource');
  return own;
}
