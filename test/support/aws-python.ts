/** A Python with the AWS CLI and boto3 in it: made once, in the ignored folder beside MiniStack's. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareEnvironment } from '../../infra/local/emulator/python.ts';

const LOCAL = fileURLToPath(new URL('../../.local/', import.meta.url));

// One environment for both: this CLI and this boto3 want the same botocore, 1.44.5.
const PACKAGES = { awscli: '1.46.3', boto3: '1.44.5' };

export const awsPython = (): Promise<string> =>
  prepareEnvironment({ venv: join(LOCAL, 'aws-venv'), packages: PACKAGES, onProgress: () => {} });

/** No configuration of whoever runs the tests must reach the clients. */
export const bareEnvironment = (url: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  AWS_ENDPOINT_URL: url,
  AWS_EC2_METADATA_DISABLED: 'true',
  PYTHONDONTWRITEBYTECODE: '1',
});
