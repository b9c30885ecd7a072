/** A child process with everything it starts in one group, so that all of it can be ended. */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessGroup {
  readonly pid: number;
  /** How the leader ended, once it has. */
  readonly exit: () => string | undefined;
  /** The same, as soon as it has: `exit code 0`, a signal, or why it did not start. */
  readonly ended: Promise<string>;
  /** Ends every process of the group; resolves when none is left. Asked again it does nothing: the number may be others'. */
  stop(): Promise<void>;
}

interface GroupOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly log: string;
}

const POLL_MS = 20;

export function startGroup(options: GroupOptions): ProcessGroup {
  const log = openSync(options.log, 'a');
  // Its standard input is a pipe we hold: should we die without a word, the child sees it close and ends its group.
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  let exit: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const tell = (how: string): void => {
      exit ??= how;
      resolve(exit);
    };
    child.once('error', (error) => tell(error.message));
    child.once('exit', (code, signal) => tell(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  const pid = child.pid ?? 0;
  const killNow = (): void => void signalGroup(pid, 'SIGKILL');
  process.once('exit', killNow);
  let stopped: Promise<void> | undefined;
  return {
    pid,
    exit: () => exit,
    ended,
    stop() {
      process.removeListener('exit', killNow);
      stopped ??= stopGroup(child, pid);
      return stopped;
    },
  };
}

async function stopGroup(child: ChildProcess, pid: number): Promise<void> {
  if (pid === 0) return;
  // Nothing in it is worth saving, and asking politely (SIGTERM) took MiniStack 1.1 s.
  while (signalGroup(pid, 'SIGKILL')) await sleep(POLL_MS);
  child.stdin?.destroy();
}

/** Whether any process of the group was there to be signalled. */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  if (pid === 0) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
