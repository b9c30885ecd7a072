/**
 * Writing documents that AWS only replaces whole: lease on the document, read again under it, merge our part, write,
 * read back, write again only if our part is gone. The text before stays in the ledger.
 */

import { putBucketPolicy, readBucketPolicy } from '#aws/buckets.ts';
import { putCatalogPolicy, readCatalogPolicy } from '#aws/catalog-policy.ts';
import type { Clients } from '#aws/clients.ts';
import { putKeyPolicy, readKeyPolicy } from '#aws/keys.ts';
import { mergeSettings, readSettings, writeSettings } from '#aws/settings.ts';
import { LakeError } from '#contracts/errors.ts';
import type { Action } from '#core/actions.ts';
import { mergeKeyStatements, mergeStatements } from '#core/iam/merge.ts';
import { ownsSid, ownsSidAbout } from '#core/sids.ts';
import type { WalkContext } from './context.ts';
import { inLine } from './lease.ts';

export type DocumentAction = Extract<Action, { kind: `merge-${string}` }>;

/** Outlives the longest invocation (a Lambda's 15 minutes), so that nobody writes beside a slow one. */
const LEASE_MS = 16 * 60_000;
const WRITES = 3;
const LOOKS = 4;
const LOOK_PAUSE_MS = 250;

/** One kind of document: how it is read, what ours makes of it (null: nothing to change), and how it is written. */
interface Kind<T> {
  readonly name: string;
  read(): Promise<T>;
  merged(found: T): T | null;
  write(next: T, found: T): Promise<void>;
  text(found: T): string | null;
}

/** @returns whether it was written. @throws LeaseHeld, DocumentChanged, and whatever AWS refuses. */
export async function writeDocument(
  ctx: WalkContext,
  action: DocumentAction,
  clients: Clients,
  remember: (before: string | null) => Promise<void>,
): Promise<boolean> {
  switch (action.kind) {
    case 'merge-settings':
      return underLease(ctx, settingsKind(action, clients), remember);
    case 'merge-catalog-policy':
      return underLease(ctx, catalogPolicyKind(ctx, action, clients), remember);
    case 'merge-bucket-policy':
      return underLease(ctx, bucketKind(ctx, action, clients), remember);
    case 'merge-key-policy':
      return underLease(ctx, keyKind(ctx, action, clients), remember);
  }
}

async function underLease<T>(
  ctx: WalkContext,
  kind: Kind<T>,
  remember: (before: string | null) => Promise<void>,
): Promise<boolean> {
  // Decided a moment ago: if another run has written our part too, there is nothing to stand in line for.
  if (kind.merged(await kind.read()) === null) return false;
  const lease = { key: `document/${kind.name}`, ms: LEASE_MS };
  return inLine(ctx, lease, () => converge(ctx, kind, remember));
}

async function converge<T>(
  ctx: WalkContext,
  kind: Kind<T>,
  remember: (before: string | null) => Promise<void>,
): Promise<boolean> {
  for (let written = 0; written < WRITES; written++) {
    const found = await kind.read();
    const next = kind.merged(found);
    if (next === null) return written > 0;
    if (written === 0) await remember(kind.text(found));
    try {
      await kind.write(next, found);
    } catch (error) {
      // Somebody who does not know our leases was faster: read again and merge into theirs.
      if (!(error instanceof LakeError && error.code === 'DocumentChanged')) throw error;
      continue;
    }
    if (await settles(ctx, kind)) return true;
  }
  throw new LakeError('DocumentChanged', {
    message: `${kind.name} keeps being overwritten by somebody else`,
    remedy: 'Find who writes it whole (a stack, a script) and let it keep statements that are not its own.',
  });
}

/**
 * AWS took the write: a look that fails afterwards does not undo it. Called a failure, what stands by our doing would
 * not count as ours, and could never be withdrawn (law 4). Verification looks again.
 */
async function settles<T>(ctx: WalkContext, kind: Kind<T>): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    const found = await kind.read().catch((error: unknown) => {
      if (error instanceof LakeError) return null;
      throw error;
    });
    if (found === null || kind.merged(found) === null) return true;
    await ctx.sleep(LOOK_PAUSE_MS * (look + 1));
  }
  return false;
}

type Of<K extends DocumentAction['kind']> = Extract<DocumentAction, { kind: K }>;

function settingsKind(
  action: Of<'merge-settings'>,
  clients: Clients,
): Kind<Awaited<ReturnType<typeof readSettings>>['raw']> {
  return {
    name: `settings/${action.account}/${action.region}`,
    read: async () => (await readSettings(clients, action.account)).raw,
    merged: (found) => mergeSettings(found, action),
    write: (next) => writeSettings(clients, action.account, next),
    text: (found) => JSON.stringify(found),
  };
}

function catalogPolicyKind(
  ctx: WalkContext,
  action: Of<'merge-catalog-policy'>,
  clients: Clients,
): Kind<{ text: string | null; hash: string | null }> {
  const { account, region } = action;
  return {
    name: `catalog-policy/${account}/${region}`,
    read: () => readCatalogPolicy(clients, account),
    merged: (found) => {
      const merged = mergeStatements(found.text, action.statements, (sid) => ownsSid(ctx.policy.namespace, sid));
      return merged.changed ? { text: merged.text, hash: found.hash } : null;
    },
    // Once RAM shares exist, AWS takes a catalog policy only with EnableHybrid.
    write: (next, found) =>
      putCatalogPolicy(clients, { account, text: next.text ?? '', previousHash: found.hash, hybrid: true }),
    text: (found) => found.text,
  };
}

interface Text {
  readonly text: string | null;
}

function statementsKind(
  ctx: WalkContext,
  action: Of<'merge-bucket-policy' | 'merge-key-policy'>,
): Pick<Kind<Text>, 'merged' | 'text'> {
  return {
    merged: (found) => {
      const ours = (sid: string) =>
        ownsSidAbout(ctx.policy.namespace, action.products, sid) || (action.strays ?? []).includes(sid);
      const mergeInto = action.kind === 'merge-key-policy' ? mergeKeyStatements : mergeStatements;
      const merged = mergeInto(found.text, action.statements, ours);
      return merged.changed ? { text: merged.text } : null;
    },
    text: (found) => found.text,
  };
}

function bucketKind(ctx: WalkContext, action: Of<'merge-bucket-policy'>, clients: Clients): Kind<Text> {
  const { bucket, account: owner } = action;
  return {
    ...statementsKind(ctx, action),
    name: `bucket-policy/${bucket}`,
    read: () => readBucketPolicy(clients, { bucket, owner }),
    write: (next) => putBucketPolicy(clients, { bucket, owner, text: next.text }),
  };
}

function keyKind(ctx: WalkContext, action: Of<'merge-key-policy'>, clients: Clients): Kind<Text> {
  return {
    ...statementsKind(ctx, action),
    name: `key-policy/${action.key}`,
    read: () => readKeyPolicy(clients, action.key),
    write: async (next) => {
      // A key without a policy can't be managed by anybody; ours is never the only statement of a key.
      if (next.text === null)
        throw new LakeError('RequestRefused', { message: `the policy of ${action.key} would be empty` });
      await putKeyPolicy(clients, action.key, next.text);
    },
  };
}
