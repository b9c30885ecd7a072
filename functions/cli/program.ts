/**
 * The commands, their options and their help. What they do is in commands/; those that call AWS are loaded when asked
 * for, since the SDK takes longer to load than a policy takes to check.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Command, type CommanderError, Option } from 'commander';
import { EXIT_CODES, LakeError } from '#contracts/errors.ts';
import type { FindingState } from '#contracts/findings.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { validate } from './commands/validate.ts';
import { policyJsonSchema } from './policy/json-schema.ts';
import { loadPolicyFile } from './policy-file.ts';
import type { Terminal } from './terminal.ts';

const DEFAULT_POLICY = 'onramp.yaml';

const NO_LEDGER =
  "without --ledger (the hub's output LedgerTable) this plan doesn't know what was written before: what is ours may " +
  'be shown as not ours, or as a change';

const EXIT_CODES_HELP = `
Exit codes:
  ${EXIT_CODES.done}    done; for plan: whether or not there are changes
  ${EXIT_CODES.broke}    it broke: a bug of ours, an outage of AWS
  ${EXIT_CODES.changes}    plan --detailed-exitcode: there are changes
  ${EXIT_CODES.findings}    plan --fail-on: something is as it should not be
  ${EXIT_CODES.usage}   a wrong option, or a mistake in the policy
  ${EXIT_CODES.denied}   credentials or a permission are missing
  ${EXIT_CODES.interrupted}  interrupted`;

/** A program answers with its exit code through `done`. */
export function createProgram(terminal: () => Terminal, done: (code: number) => void): Command {
  const program = new Command('onramp')
    .description('Makes data in one AWS account readable by Glue jobs in another, as a policy file says.')
    .version(packageJson.version)
    .option('--no-color', 'plain text; also by NO_COLOR')
    .option('--debug', 'with errors, also where they came from')
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  addValidate(program, terminal, done);
  addSchema(program, terminal, done);
  addPlan(program, terminal, done);
  addEnroll(program, terminal, done);
  addConfirmWithdrawal(program, terminal, done);
  addRun(program, terminal, done);
  addHalt(program, terminal, done);
  return program;
}

function addValidate(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('validate')
    .description('tell whether a policy file is understood, and if not, what to write where')
    .argument('[file]', 'the policy', DEFAULT_POLICY)
    .option('--json', 'one JSON document on stdout')
    .action((file: string, options: { json?: boolean }) => done(validate(file, options, terminal())));
}

function addSchema(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('schema')
    .description('print the JSON Schema of the policy file, for completion in editors')
    .action(() => {
      terminal().result(JSON.stringify(policyJsonSchema(), null, 2));
      done(EXIT_CODES.done);
    });
}

interface PlanFlags {
  readonly policy: string;
  readonly account?: string[];
  readonly json?: boolean;
  readonly all?: boolean;
  readonly detailedExitcode?: boolean;
  readonly failOn?: readonly FindingState[];
  readonly ledger?: string;
  readonly role?: string;
  readonly rolePath?: string;
}

function addPlan(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('plan')
    .description('show what would be written, with credentials of the hub account; writes nothing')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .option('--account <name...>', 'only these accounts, by name or id')
    .option('--json', 'one JSON document on stdout')
    .option('--all', 'also every hop of every scope, and what AWS said of it')
    .option('--detailed-exitcode', `exit ${EXIT_CODES.changes} when there are changes`)
    .addOption(failOn())
    .addOption(new Option('--ledger <table>', "the hub's ledger (output LedgerTable)").env('ONRAMP_LEDGER'))
    .option('--role <arn>', "plan as this role of the hub, or self for your own (default: the hub's plan role)")
    .option('--role-path <path>', 'path of our roles in member accounts (default: /NAMESPACE/)')
    .action(async (flags: PlanFlags) => {
      const file = loadPolicyFile(flags.policy);
      const { planAccess, planLedger } = await import('./ways-in.ts');
      const { plan } = await import('./commands/plan.ts');
      const { withOrganization } = await import('./commands/audiences.ts');
      const access = await planAccess(file.policy, flags);
      const policy = await withOrganization(file, access);
      if (flags.ledger === undefined) {
        terminal().note(NO_LEDGER);
      }
      const ledger = planLedger(access, policy, flags.ledger);
      done(await plan({ ...flags, policy, access, ledger, accounts: flags.account }, terminal()));
    });
}

/** `--fail-on broken,unknown`. */
function failOn(): Option {
  const states = ['broken', 'unknown', 'waiting'] as const;
  return new Option(
    '--fail-on <states>',
    `exit ${EXIT_CODES.findings} when something is ${states.join(', ')}`,
  ).argParser((given: string): readonly FindingState[] => {
    const asked = given.split(',').map((word) => word.trim());
    const wrong = asked.find((word) => !states.some((state) => state === word));
    if (wrong === undefined) return states.filter((state) => asked.includes(state));
    throw new LakeError('UsageInvalid', {
      message: `--fail-on knows no "${wrong}"`,
      remedy: `write one or more of ${states.join(', ')}, with commas between them`,
    });
  });
}

interface EnrollFlags {
  readonly policy: string;
  readonly region?: string[];
  readonly rolePath?: string;
  readonly yes?: boolean;
}

function addEnroll(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('enroll')
    .description("make our reader a read-only administrator of Lake Formation, with that account's credentials; once")
    .argument('<account>', 'name or id, as in the policy')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .option('--region <region...>', "only here (default: the account's Regions in the policy)")
    .option('--role-path <path>', 'path of our roles in member accounts (default: /NAMESPACE/)')
    .option('--yes', "don't ask")
    .action(async (account: string, flags: EnrollFlags) => {
      const { policy } = loadPolicyFile(flags.policy);
      const { ownAccess } = await import('./ways-in.ts');
      const { enroll } = await import('./commands/enroll.ts');
      const access = ownAccess(policy, flags.rolePath);
      done(await enroll({ ...flags, policy, access, account, regions: flags.region }, terminal()));
    });
}

interface ConfirmFlags {
  readonly policy: string;
  readonly ledger: string;
}

function addConfirmWithdrawal(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('confirm-withdrawal')
    .description(
      'let the withdrawals of this hash pass the brake, once, and start their run, with credentials of the hub account',
    )
    .argument('<hash>', 'from the finding brake-pulled')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .addOption(ledgerOption())
    .action(async (hash: string, flags: ConfirmFlags) => {
      const { policy } = loadPolicyFile(flags.policy);
      const { hubLedger } = await import('./ways-in.ts');
      const { confirmWithdrawal } = await import('./commands/confirm-withdrawal.ts');
      const hub = await hubLedger(policy, flags.ledger);
      done(await confirmWithdrawal({ hash, policy, now: Date.now(), ...hub }, terminal()));
    });
}

function addRun(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('run')
    .description('start the runs of a product, an account or everything now, with credentials of the hub account')
    .argument('<what>', 'name of a product, name or id of an account, or everything')
    .option('--wait', 'stay until they are over, and show what is open then')
    .option('--json', 'one JSON document on stdout')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .addOption(ledgerOption())
    .action(async (what: string, flags: ConfirmFlags & { readonly wait?: boolean; readonly json?: boolean }) => {
      const { policy } = loadPolicyFile(flags.policy);
      const { hubLedger } = await import('./ways-in.ts');
      const { run } = await import('./commands/run.ts');
      const clock = { now: Date.now, sleep: async (ms: number) => sleep(ms) };
      done(await run({ ...flags, what, policy, ...clock, ...(await hubLedger(policy, flags.ledger)) }, terminal()));
    });
}

/** Of commands that can do nothing without it. */
function ledgerOption(): Option {
  return new Option('--ledger <table>', "the hub's ledger (output LedgerTable)")
    .env('ONRAMP_LEDGER')
    .makeOptionMandatory();
}

function addHalt(program: Command, terminal: () => Terminal, done: (code: number) => void): void {
  program
    .command('halt')
    .description('let no run write into members until `resume`, with credentials of the hub account')
    .requiredOption('--why <reason>', 'what people are told meanwhile')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .addOption(ledgerOption())
    .action(async (flags: ConfirmFlags & { readonly why: string }) => {
      const { policy } = loadPolicyFile(flags.policy);
      const { hubLedger } = await import('./ways-in.ts');
      const { halt } = await import('./commands/halt.ts');
      done(await halt({ why: flags.why, now: Date.now(), ...(await hubLedger(policy, flags.ledger)) }, terminal()));
    });
  program
    .command('resume')
    .description('let runs write again, with credentials of the hub account')
    .option('--policy <file>', 'the policy', DEFAULT_POLICY)
    .addOption(ledgerOption())
    .action(async (flags: ConfirmFlags) => {
      const { policy } = loadPolicyFile(flags.policy);
      const { hubLedger } = await import('./ways-in.ts');
      const { resume } = await import('./commands/halt.ts');
      done(await resume(await hubLedger(policy, flags.ledger), terminal()));
    });
}

/** What commander says of a wrong command line, as one of our errors; null: help was printed, all is well. */
export function usageError(error: CommanderError): LakeError | null {
  if (error.exitCode === 0) return null;
  const remedy = 'onramp --help, or onramp COMMAND --help';
  if (error.code === 'commander.help') return new LakeError('UsageInvalid', { message: 'no command given', remedy });
  const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  return new LakeError('UsageInvalid', { message, remedy, cause: error });
}
