/** `onramp validate [FILE]`: whether a policy is understood, and if not, every mistake with its place. */

import { EXIT_CODES } from '#contracts/errors.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import type { ValidateDocument } from '#contracts/validate.ts';
import { audienceParts } from '#core/policy/audiences.ts';
import { type RoleRoom, roomForRoles } from '#core/policy/document-sizes.ts';
import { loadPolicyFile, mistakeLine, PolicyFileError } from '../policy-file.ts';
import type { Terminal } from '../terminal.ts';

export function validate(file: string, options: { readonly json?: boolean | undefined }, terminal: Terminal): number {
  const { document, summary } = judged(file);
  const lines = document.mistakes.map((mistake) => mistakeLine(file, mistake));
  terminal.result(options.json ? JSON.stringify(document, null, 2) : [...lines, ...summary].join('\n'));
  return document.ok ? EXIT_CODES.done : EXIT_CODES.usage;
}

function judged(file: string): { document: ValidateDocument; summary: string[] } {
  const schema = 'onramp.validate/1' as const;
  try {
    const { policy, document } = loadPolicyFile(file);
    return {
      document: { schema, ok: true, file, hash: policy.hash, mistakes: [] },
      summary: [summaryOf(file, policy), ...roomForRoles(policy).map(roomLine), ...partsNotes(document)],
    };
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    return { document: { schema, ok: false, file, hash: null, mistakes: [...error.mistakes] }, summary: [] };
  }
}

function summaryOf(file: string, policy: Policy): string {
  const consumers = new Set(policy.products.flatMap((product) => product.audience)).size;
  const counts = [counted(policy.products.length, 'product'), counted(policy.accounts.length, 'account')];
  return `${file}: ok, ${counts.join(', ')}, ${counted(consumers, 'consumer')}, mode ${policy.mode}, hash ${policy.hash.slice(0, 12)}`;
}

function roomLine({ bucket, roles }: RoleRoom): string {
  return `bucket ${bucket}: its policy has room for ${counted(roles, 'job role')} proved by tag or list (names of 64 characters, less what its owner has there)`;
}

/** What parts of the organization mean for grants: as one, or account by account. */
function partsNotes({ products }: PolicyDocument): readonly string[] {
  return Object.entries(products).flatMap(([name, { audience }]) => {
    const { parts, except } = audienceParts(audience);
    if (parts.length === 0) return [];
    const of = parts.join(', ');
    return except.length === 0
      ? [`products.${name}: granted to ${of} as one; the hub asks the organization which accounts that is`]
      : [
          `products.${name}: except has every account of ${of} granted by itself; who joins reads once the hub has asked`,
        ];
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
