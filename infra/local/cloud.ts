/** The local cloud: the lake in front, MiniStack behind it, each knowing the other. */

import { EXIT_CODES } from '#contracts/errors.ts';
import { startEmulator } from './emulator/emulator.ts';
import type { ControlClient } from './lake/control-client.ts';
import { type RunningLake, startLake } from './lake/start.ts';
import { freePort } from './ports.ts';

export interface LocalCloudOptions {
  readonly onProgress?: (message: string) => void;
  /** Multiplies Wait states and retry intervals. Default 1. */
  readonly waitScale?: number;
  /** Only these accounts exist; without it, any 12-digit access key id is an account. */
  readonly accounts?: readonly string[];
  readonly seed?: number;
  readonly switches?: Readonly<Record<string, string>>;
  /** Port of the lake; a free one when absent. */
  readonly port?: number;
}

export interface LocalCloud {
  /** The lake: what every SDK, the AWS CLI and the functions talk to. */
  readonly url: string;
  /** MiniStack, behind it. */
  readonly emulatorUrl: string;
  readonly control: ControlClient;
  readonly lake: RunningLake;
  /** Variables with which the AWS CLI and SDKs look around in an account. */
  environment(account: string, region: string): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const { onProgress = () => {}, waitScale = 1, ...lakeOptions } = options;
  const started: Stoppable[] = [];
  // Before anything starts: Ctrl-C comes when it likes.
  const close = closeOnce(started);
  try {
    const running = process.env['ONRAMP_EMULATOR_URL'] || undefined;
    // Each must know the other's address before it starts, so the emulator's port is chosen first.
    const emulatorPort = await freePort();
    const emulatorUrl = running?.replace(/\/+$/, '') ?? `http://127.0.0.1:${emulatorPort}`;
    const lake = await startLake({ ...lakeOptions, ministack: emulatorUrl });
    started.push(lake);
    onProgress(`lake at ${lake.url}`);
    const emulator = await startEmulator({
      lakeUrl: lake.url,
      port: emulatorPort,
      waitScale,
      running,
      log: onProgress,
    });
    started.push(emulator);
    onProgress(`MiniStack at ${emulator.url}`);
    return {
      url: lake.url,
      emulatorUrl: emulator.url,
      control: lake.control,
      lake,
      environment: (account, region) => environment(lake.url, account, region),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Stoppable {
  close(): Promise<void>;
}

/** Also on Ctrl-C and when asked to end: no process and no port stays behind. What started last ends first. */
function closeOnce(started: readonly Stoppable[]): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const part of started.toReversed()) await part.close();
  };
  const close = (): Promise<void> => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', ended);
    closed ??= closeAll();
    return closed;
  };
  const endWith = (code: number): void => void close().finally(() => process.exit(code));
  const interrupted = (): void => endWith(EXIT_CODES.interrupted);
  const ended = (): void => endWith(143);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', ended);
  return close;
}

function environment(url: string, account: string, region: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
}
