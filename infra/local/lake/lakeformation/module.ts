/** Lake Formation's operations. */

import type { ServiceModule } from '../service.ts';
import { listPermissions } from './list-permissions.ts';
import { batchGrantPermissions, batchRevokePermissions, grantPermissions, revokePermissions } from './permissions.ts';
import { deregisterResource, describeResource, listResources, registerResource, updateResource } from './registry.ts';
import { getDataLakeSettings, putDataLakeSettings } from './settings.ts';

export const lakeFormationModule: ServiceModule = {
  name: 'lakeformation',
  operations: {
    BatchGrantPermissions: batchGrantPermissions,
    BatchRevokePermissions: batchRevokePermissions,
    DeregisterResource: deregisterResource,
    DescribeResource: describeResource,
    GetDataLakeSettings: getDataLakeSettings,
    GrantPermissions: grantPermissions,
    ListPermissions: listPermissions,
    ListResources: listResources,
    PutDataLakeSettings: putDataLakeSettings,
    RegisterResource: registerResource,
    RevokePermissions: revokePermissions,
    UpdateResource: updateResource,
  },
};
