/** A Python with the pinned MiniStack in it: made once, in an ignored folder of the project. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LakeError } from '#contracts/errors.ts';

const run = promisify(execFile);

/** The launcher refuses any other version: its changes are written against this one's functions. */
export const MINISTACK_VERSION = '1.5.33';
const OLDEST_PYTHON = [3, 10] as const;
// A cold pip download of MiniStack and its dependencies took 8 s here; a slow line gets 3 minutes.
const INSTALL_TIMEOUT_MS = 180_000;

/** The path of a Python that can run the launcher. */
export async function preparePython(directory: string, onProgress: (message: string) => void): Promise<string> {
  const venv = join(directory, 'venv');
  const python = join(venv, 'bin', 'python');
  await mkdir(directory, { recursive: true });
  if (existsSync(python) && (await installedVersion(python)) === MINISTACK_VERSION) return python;
  const system = await findPython();
  onProgress(`installing MiniStack ${MINISTACK_VERSION} into ${venv} (once)`);
  // Made beside and moved: two processes that start at once must not both write one environment.
  const made = `${venv}.${process.pid}`;
  await createVenv(system, made);
  await install(join(made, 'bin', 'python'));
  await moveInto(made, venv, python);
  return python;
}

async function moveInto(made: string, venv: string, python: string): Promise<void> {
  if ((await installedVersion(python)) !== MINISTACK_VERSION) {
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

async function installedVersion(python: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(python, ['-c', 'import importlib.metadata as m; print(m.version("ministack"))']);
    return stdout.trim();
  } catch {
    return undefined; // a half-made environment: it is made again
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

async function install(python: string): Promise<void> {
  const wanted = `ministack==${MINISTACK_VERSION}`;
  try {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', wanted], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new LakeError('EnvironmentInvalid', {
      message: `pip could not install ${wanted}: ${lastLine(cause)}`,
      remedy: 'check that this machine reaches a Python package index (pip download ministack), then run again',
      cause,
    });
  }
}

function lastLine(cause: unknown): string {
  const text =
    cause instanceof Error && 'stderr' in cause && String(cause.stderr) ? String(cause.stderr) : String(cause);
  return text.trim().split('\n').at(-1) ?? '';
}
