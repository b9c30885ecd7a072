/** A policy file from disk: understood whole, or refused with every mistake, its place and what to write. */

import { readFileSync } from 'node:fs';
import { LakeError } from '#contracts/errors.ts';
import type { Policy, PolicyDocument } from '#contracts/policy.ts';
import type { PolicyMistake } from '#contracts/validate.ts';
import { checkPolicy } from '#core/policy/check.ts';
import type { PolicyIssue, PolicyPath } from '#core/policy/issue.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';
import { checkShape } from './policy/shape.ts';
import { readSource, type Source } from './policy/source.ts';

export interface PolicyFile {
  readonly document: PolicyDocument;
  readonly policy: Policy;
}

/** `PolicyInvalid`, or `PolicyNotYet` when all that is wrong is that nothing acts on it yet. */
export class PolicyFileError extends LakeError {
  readonly file: string;
  readonly mistakes: readonly PolicyMistake[];

  constructor(file: string, mistakes: readonly PolicyMistake[]) {
    const early = mistakes.every((mistake) => mistake.code === 'not-yet');
    const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
    super(early ? 'PolicyNotYet' : 'PolicyInvalid', {
      message: [`${file} has ${count}`, ...mistakes.map((mistake) => mistakeLine(file, mistake))].join('\n'),
      remedy: 'mend the lines above; onramp validate tells when all is well',
    });
    this.file = file;
    this.mistakes = mistakes;
  }
}

export function loadPolicyFile(path: string): PolicyFile {
  const source = readSource(readText(path));
  const { document, mistakes } = understand(source);
  if (document === null) throw new PolicyFileError(path, mistakes);
  return { document, policy: resolvePolicy(document, policyHash(document)) };
}

/** `onramp.yaml:12:7  products.cur.account: found "finace-lake"; no such account: write one of …` */
export function mistakeLine(file: string, mistake: PolicyMistake): string {
  const where = mistake.path === '' ? '' : `${mistake.path}: `;
  return `${file}:${mistake.line}:${mistake.column}  ${where}found ${mistake.found}; ${mistake.message}: ${mistake.instead}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LakeError('UsageInvalid', {
      message: `can't read the policy file ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: 'name the file; docs/onramp.example.yaml is one to start from',
      cause,
    });
  }
}

function understand(source: Source): { document: PolicyDocument | null; mistakes: PolicyMistake[] } {
  if (source.mistakes.length > 0) {
    return { document: null, mistakes: source.mistakes.map((mistake) => ({ ...mistake, path: '', code: 'invalid' })) };
  }
  const { document, issues } = checkShape(source.value);
  const all = document === null ? issues : checkPolicy(document);
  const mistakes = all.map((issue) => placed(source, issue)).sort((a, b) => a.line - b.line || a.column - b.column);
  return { document: mistakes.length === 0 ? document : null, mistakes };
}

function placed(source: Source, issue: PolicyIssue): PolicyMistake {
  const aboutKey = issue.message === 'unknown key' || issue.message.startsWith('not a name');
  const { line, column } = source.place(issue.path, aboutKey ? 'key' : 'value');
  const found = aboutKey ? issue.found : (source.written(issue.path) ?? issue.found);
  return {
    path: pathText(issue.path),
    line,
    column,
    found: found === '' ? 'nothing' : found,
    message: issue.message,
    instead: issue.instead,
    code: issue.code,
  };
}

/** `products.cur.consumers.jobRoles[0].match` */
function pathText(path: PolicyPath): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`)).join('');
}
