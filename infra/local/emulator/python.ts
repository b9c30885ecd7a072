/** A Python with packages pinned by hash in it, MiniStack for one: made once, in an ignored folder of the project. */

import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LakeError } from '#contracts/errors.ts';

const run = promisify(execFile);

/** The launcher refuses any other version: its changes are written against this one's functions. */
export const MINISTACK_VERSION = '1.5.33';
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const OLDEST_PYTHON = [3, 10] as const;
// A cold pip download of MiniStack and its dependencies took 8 s here; a slow line gets 3 minutes.
const INSTALL_TIMEOUT_MS = 180_000;

export interface Environment {
  /** Its folder. */
  readonly venv: string;
  /** A pip requirements file that pins every package by hash: the index can't slip us another one. */
  readonly requirements: string;
  readonly onProgress: (message: string) => void;
}

/** The path of a Python that can run the launcher. */
export const preparePython = (directory: string, onProgress: (message: string) => void): Promise<string> =>
  prepareEnvironment({ venv: join(directory, 'venv'), requirements: REQUIREMENTS, onProgress });

/**
 * The path of a Python that has these packages, and no others.
 * @throws EnvironmentInvalid without a usable Python, and when pip can't install them or finds other bytes.
 */
export async function prepareEnvironment(environment: Environment): Promise<string> {
  const { venv, requirements, onProgress } = environment;
  const python = join(venv, 'bin', 'python');
  await mkdir(dirname(venv), { recursive: true });
  if (await isReady(environment)) return python;
  const system = await findPython();
  onProgress(`installing Python packages of ${requirements} into ${venv} (once)`);
  // Made beside and moved: two processes that start at once must not both write one environment.
  const made = `${venv}.${process.pid}`;
  try {
    await createVenv(system, made);
    await install(join(made, 'bin', 'python'), requirements);
    await copyFile(requirements, recordIn(made));
    await moveInto(made, environment);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return python;
}

/** When another process was faster, its environment is as good as ours. */
async function moveInto(made: string, environment: Environment): Promise<void> {
  if (await isReady(environment)) return;
  await rm(environment.venv, { recursive: true, force: true });
  await rename(made, environment.venv).catch(() => undefined);
}

/** What a whole environment was made from; one half made has none. */
const recordIn = (venv: string): string => join(venv, 'requirements.txt');

async function isReady({ venv, requirements }: Environment): Promise<boolean> {
  try {
    const texts = await Promise.all([recordIn(venv), requirements].map((file) => readFile(file, 'utf8')));
    if (texts[0] !== texts[1]) return false;
    // The Python it was made with may have gone since.
    await run(join(venv, 'bin', 'python'), ['-c', '']);
    return true;
  } catch {
    return false;
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
      message: `${python} can't make a virtual environment: ${errorLine(cause)}`,
      remedy: "install Python's venv module (Debian, Ubuntu: apt-get install python3-venv)",
      cause,
    });
  }
}

async function install(python: string, requirements: string): Promise<void> {
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    requirements,
  ];
  try {
    await run(python, pip, { timeout: INSTALL_TIMEOUT_MS });
  } catch (cause) {
    throw new LakeError('EnvironmentInvalid', {
      message: `pip could not install ${requirements}: ${errorLine(cause)}`,
      remedy: 'check that this machine reaches a Python package index (pip download six), then run again',
      cause,
    });
  }
}

/** pip explains in many lines and says in one what is wrong; others end with it. */
function errorLine(cause: unknown): string {
  const text =
    cause instanceof Error && 'stderr' in cause && String(cause.stderr) ? String(cause.stderr) : String(cause);
  const lines = text.trim().split('\n');
  return lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '';
}
