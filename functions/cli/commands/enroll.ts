/** `onramp enroll ACCOUNT`: a person makes our reader a read-only administrator of Lake Formation, once. */

import type { Access, Clients } from '#aws/clients.ts';
import { readCaller } from '#aws/person.ts';
import { mergeSettings, readSettings, writeSettings } from '#aws/settings.ts';
import { EXIT_CODES, isLakeError, LakeError } from '#contracts/errors.ts';
import { memberRoleArn } from '#contracts/names.ts';
import type { Policy, PolicyAccount } from '#contracts/policy.ts';
import { sortedSet } from '#core/collections.ts';
import { accountCalled, accountText } from '../accounts.ts';
import type { Terminal } from '../terminal.ts';

/** Others may write the settings between our read and our write; more often than this is no accident. */
const TRIES = 3;

export interface EnrollOptions {
  readonly policy: Policy;
  readonly access: Access;
  readonly account: string;
  readonly regions?: readonly string[] | undefined;
  readonly rolePath?: string | undefined;
  readonly yes?: boolean | undefined;
}

export async function enroll(options: EnrollOptions, terminal: Terminal): Promise<number> {
  const { policy, access } = options;
  const account = accountCalled(policy, options.account);
  const regions = options.regions ?? regionsOf(policy, account);
  const { account: id } = await readCaller(access.own(policy.hub.region).sts);
  if (id !== account.id) throw wrongAccount(id, account);
  const reader = readerArn(policy, account, options.rolePath);
  const missing = await missingIn(regions, { access, account, reader });
  if (missing.length > 0 && !(await agreed({ account, reader, regions: missing }, options, terminal))) {
    terminal.note('nothing was changed');
    return EXIT_CODES.interrupted;
  }
  for (const region of regions) {
    const already = !missing.includes(region);
    if (!already) await appended(access.own(region), { account, reader });
    terminal.result(`${already ? 'already enrolled' : 'enrolled'}: ${accountText(account)} in ${region}`);
  }
  return EXIT_CODES.done;
}

/** Regions of the account's part in the policy; the hub's when it has none yet. */
function regionsOf(policy: Policy, account: PolicyAccount): readonly string[] {
  const taking = policy.products.filter(
    (p) => p.account === account.id || p.audience.includes(account.id) || p.parts.length > 0,
  );
  const regions = account.regions ?? sortedSet(taking.map((product) => product.region));
  return regions.length > 0 ? regions : [policy.hub.region];
}

function readerArn(policy: Policy, account: PolicyAccount, path: string | undefined): string {
  const { partition, namespace } = policy;
  return memberRoleArn({
    partition,
    account: account.id,
    namespace,
    role: 'Reader',
    ...(path === undefined ? {} : { path }),
  });
}

function wrongAccount(id: string, account: PolicyAccount): LakeError {
  return new LakeError('CredentialsMissing', {
    message: `your credentials are of account ${id}, not of ${accountText(account)}`,
    remedy: `use an administrator's credentials of ${account.id}, e.g. AWS_PROFILE=${account.name}`,
  });
}

interface Place {
  readonly access: Access;
  readonly account: PolicyAccount;
  readonly reader: string;
}

async function missingIn(regions: readonly string[], { access, account, reader }: Place): Promise<string[]> {
  const missing: string[] = [];
  for (const region of regions) {
    const { raw } = await readSettings(access.own(region), account.id);
    if (mergeSettings(raw, added(reader)) !== null) missing.push(region);
  }
  return missing;
}

async function agreed(
  asked: { account: PolicyAccount; reader: string; regions: readonly string[] },
  { yes }: EnrollOptions,
  terminal: Terminal,
): Promise<boolean> {
  terminal.note(`${asked.reader}`);
  terminal.note(
    `  becomes a read-only administrator of Lake Formation in ${accountText(asked.account)}, ${asked.regions.join(', ')}:`,
  );
  terminal.note(
    '  it may list every database, table and permission there, and change none. Nothing else in the settings changes.',
  );
  if (yes) return true;
  if (terminal.interactive) return await terminal.confirm('Go on?');
  throw new LakeError('UsageInvalid', {
    message: 'there is nobody to ask for a yes',
    remedy: 'pass --yes when the lines above are what you want',
  });
}

/** Lake Formation refuses a principal that IAM doesn't have: the person is a step too early. */
async function appended(
  clients: Clients,
  { account, reader }: { account: PolicyAccount; reader: string },
): Promise<void> {
  try {
    await append(clients, { account: account.id, reader });
  } catch (error) {
    if (!isLakeError(error, 'PrincipalUnknown')) throw error;
    throw new LakeError('PrincipalUnknown', {
      message: `${accountText(account)} has no role ${reader}`,
      remedy: `deploy the member role stack to ${account.id} first; a role made within the last minute takes another`,
      ...(error.aws ? { aws: error.aws } : {}),
      cause: error,
    });
  }
}

/** Read, append, put, read back; again only when somebody's write in between took our part away. */
async function append(clients: Clients, { account, reader }: { account: string; reader: string }): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const { raw } = await readSettings(clients, account);
    const merged = mergeSettings(raw, added(reader));
    if (merged === null) return;
    await writeSettings(clients, account, merged);
  }
  const { raw } = await readSettings(clients, account);
  if (mergeSettings(raw, added(reader)) === null) return;
  throw new LakeError('DocumentChanged', {
    message: `the Lake Formation settings of ${account} lost our reader after each of ${TRIES} writes`,
    remedy: 'find who else writes them (CloudTrail: PutDataLakeSettings), then run this again',
  });
}

function added(reader: string) {
  return { addAdmins: [], addReadOnlyAdmins: [reader], raiseVersionTo: null };
}
