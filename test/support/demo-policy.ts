/** The demo's policies as tests take them: as they are, or with one thing changed. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { type Policy, type PolicyDocument, PolicySchema } from '#contracts/policy.ts';
import { policyHash, resolvePolicy } from '#core/policy.ts';

/** `demo-share`: one product; `demo`: three, of which one is open to everybody; `demo-revoke`: that one may be closed. `demo-blueprint`: and a lake with tags. */
export type DemoFile = 'demo' | 'demo-share' | 'demo-revoke' | 'demo-blueprint';

/** What a test may write into; what it writes is checked by the schema like a person's file. */
type Loose<T> = T extends object ? { -readonly [K in keyof T]: Loose<T[K]> } : T;

export function demoPolicy(file: DemoFile = 'demo', change?: (document: Loose<PolicyDocument>) => void): Policy {
  const document = demoDocument(file, change);
  return resolvePolicy(document, policyHash(document));
}

/** As it is in the file, to be resolved with what the organization tells. */
export function demoDocument(file: DemoFile, change?: (document: Loose<PolicyDocument>) => void): PolicyDocument {
  const text = readFileSync(new URL(`../fixtures/policies/${file}.yaml`, import.meta.url), 'utf8');
  // Defaults are one object for all documents: what a test writes into must be its own.
  const document = structuredClone(z.parse(PolicySchema, parse(text)));
  change?.(document);
  return z.parse(PolicySchema, document);
}
