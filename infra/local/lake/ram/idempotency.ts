/** Client tokens: the same request again gets the same answer, another one under the same token is refused. */

import { AwsError } from '../aws-error.ts';
import type { Call } from '../service.ts';

/** Acts once for a client token and repeats the answer. Throws where the token comes with other parameters. */
export function once<T extends object>(call: Call, input: { clientToken?: string | undefined }, act: () => T): T {
  const { clientToken } = input;
  if (clientToken === undefined) return act();
  const at = [call.account, call.region, call.operation, clientToken].join('\u0000');
  const text = JSON.stringify(input);
  const given = call.world.ram.answered.get(at);
  if (given && given.input !== text)
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The client token was used with other parameters in an earlier request.',
    );
  if (given) return given.answer as T;
  const answer = act();
  call.world.ram.answered.set(at, { input: text, answer });
  return answer;
}
