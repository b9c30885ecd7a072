/** A Python with the AWS CLI and boto3 in it: made once, in the ignored folder beside MiniStack's. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareEnvironment } from '../../infra/local/emulator/python.ts';

const LOCAL = fileURLToPath(new URL('../../.local/', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('./aws-requirements.txt', import.meta.url));

export const awsPython = (): Promise<string> =>
  prepareEnvironment({ venv: join(LOCAL, 'aws-venv'), requirements: REQUIREMENTS, onProgress: () => {} });

/** No configuration of whoever runs the tests must reach the clients. */
export const bareEnvironment = (url: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  AWS_ENDPOINT_URL: url,
  AWS_EC2_METADATA_DISABLED: 'true',
  PYTHONDONTWRITEBYTECODE: '1',
});
