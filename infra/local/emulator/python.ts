/** A Python with pinned packages in it, MiniStack for one: made once, in an ignored folder of the project. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LakeError } from '#contracts/errors.ts';

const run = promisify(execFile);

/** The launcher refuses any other version: its changes are written against this one's functions. */
export const MINISTACK_VERSION = '1.5.33';
const OLDEST_PYTHON = [3, 10] as const;
// A cold pip download of MiniStack and its dependencies took 8 s here; a slow line gets 3 minutes.
const INSTALL_TIMEOUT_MS = 180_000;

export interface Environment {
  /** Its folder. */
  readonly venv: string;
  /** Name in the package index → version. */
  readonly packages: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
}

/** The path of a Python that can run the launcher. */
export const preparePython = (directory: string, onProgress: (message: string) => void): Promise<string> =>
  prepareEnvironment({ venv: join(directory, 'venv'), packages: { ministack: MINISTACK_VERSION }, onProgress });

/** The path of a Python that has these packages in these versions. */
export async function prepareEnvironment(environment: Environment): Promise<string> {
  const { venv, packages, onProgress } = environment;
  const python = join(venv, 'bin', 'python');
  await mkdir(dirname(venv), { recursive: true });
  if (existsSync(python) && (await hasAll(python, packages))) return python;
  const system = await findPython();
  onProgress(`installing ${Object.entries(packages).flat().join(' ')} into ${venv} (once)`);
  // Made beside and moved: two processes that start at once must not both write one environment.
  const made = `${venv}.${process.pid}`;
  await createVenv(system, made);
  await install(join(made, 'bin', 'python'), packages);
  await moveInto(made, environment);
  return python;
}

async function moveInto(made: string, { venv, packages }: Environment): Promise<void> {
  if (!(await hasAll(join(venv, 'bin', 'python'), packages))) {
    await rm(venv, { recursive: true, force: true });
    if (
      await rename(made, venv).then(
        () => true,
        () => false,
      )
    )
      return;
  }
  // Another process was faster; its environment is as good as ours.
  await rm(made, { recursive: true, force: true });
}

async function hasAll(python: string, packages: Readonly<Record<string, string>>): Promise<boolean> {
  const names = Object.keys(packages);
  const script = 'import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))';
  try {
    const { stdout } = await run(python, ['-c', script, ...names]);
    return stdout.trim() === names.map((name) => packages[name]).join(' ');
  } catch {
    return false; // a half-made environment: it is made again
  }
}

async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const name of ['python3', 'python']) {
    const version = await pythonVersion(name);
    if (version === undefined) continue;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]) return name;
    found.push(`${name} ${version}`);
  }
  throw new LakeError('EnvironmentInvalid', {
    message: `the local cloud needs Python 3.10 or newer, ${found.length > 0 ? `found ${found.join(', ')}` : 'found none'}`,
    remedy: 'install Python 3.10+ (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)',
  });
}

async function pythonVersion(name: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function createVenv(python: string, venv: string): Promise<void> {
  try {
    await run(python, ['-m', 'venv', venv], { timeout: INSTALL_TIMEOUT_MS });
  } catch (cause) {
    throw new LakeError('EnvironmentInvalid', {
      message: `${python} can't make a virtual environment: ${lastLine(cause)}`,
      remedy: "install Python's venv module (Debian, Ubuntu: apt-get install python3-venv)",
      cause,
    });
  }
}

async function install(python: string, packages: Readonly<Record<string, string>>): Promise<void> {
  const wanted = Object.entries(packages).map((pair) => pair.join('=='));
  try {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new LakeError('EnvironmentInvalid', {
      message: `pip could not install ${wanted.join(' ')}: ${lastLine(cause)}`,
      remedy: `check that this machine reaches a Python package index (pip download ${Object.keys(packages)[0]}), then run again`,
      cause,
    });
  }
}

function lastLine(cause: unknown): string {
  const text =
    cause instanceof Error && 'stderr' in cause && String(cause.stderr) ? String(cause.stderr) : String(cause);
  return text.trim().split('\n').at(-1) ?? '';
}
