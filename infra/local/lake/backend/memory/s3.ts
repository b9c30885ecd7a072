/** S3 in memory: every operation is decided before it runs. */

import { authorizeS3 } from '../../s3/authorize.ts';
import type { Input, Operation, ServiceModule } from '../../service.ts';
import { bucketOperations } from './s3-buckets.ts';
import { objectOperations } from './s3-objects.ts';
import type { MemoryState } from './state.ts';

/** The operation, behind the decision of bucket policy, identity policies and key. */
function guarded(operation: Operation): Operation {
  return async (call, input: Input) => {
    await authorizeS3(call, input);
    return operation(call, input);
  };
}

/** S3 over this state. */
export function createS3Module(state: MemoryState): ServiceModule {
  const operations = { ...bucketOperations(state), ...objectOperations(state) };
  return {
    name: 's3',
    authorizesItself: true,
    operations: Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, guarded(operation)])),
  };
}
