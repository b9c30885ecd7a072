/** Lake Formation's operations. */

import type { ServiceModule } from '../service.ts';
import { underKey } from './catalog-key.ts';
import { lakeFormationControls } from './controls.ts';
import {
  createDataCellsFilter,
  deleteDataCellsFilter,
  getDataCellsFilter,
  listDataCellsFilter,
  updateDataCellsFilter,
} from './filters.ts';
import { listPermissions } from './list-permissions.ts';
import { createLakeFormationOptIn, deleteLakeFormationOptIn, listLakeFormationOptIns } from './opt-ins.ts';
import { getDataLakePrincipal, getEffectivePermissionsForPath } from './paths.ts';
import { batchGrantPermissions, batchRevokePermissions, grantPermissions, revokePermissions } from './permissions.ts';
import { deregisterResource, describeResource, listResources, registerResource, updateResource } from './registry.ts';
import { getDataLakeSettings, putDataLakeSettings } from './settings.ts';
import { addLFTagsToResource, getResourceLFTags, removeLFTagsFromResource } from './tag-assignment.ts';
import {
  createLFTagExpression,
  deleteLFTagExpression,
  getLFTagExpression,
  listLFTagExpressions,
  searchDatabasesByLFTags,
  searchTablesByLFTags,
  updateLFTagExpression,
} from './tag-search.ts';
import { createLFTag, deleteLFTag, getLFTag, listLFTags, updateLFTag } from './tags.ts';
import { getTemporaryGluePartitionCredentials, getTemporaryGlueTableCredentials } from './vending.ts';

export const lakeFormationModule: ServiceModule = {
  name: 'lakeformation',
  operations: underKey({
    AddLFTagsToResource: addLFTagsToResource,
    BatchGrantPermissions: batchGrantPermissions,
    BatchRevokePermissions: batchRevokePermissions,
    CreateDataCellsFilter: createDataCellsFilter,
    CreateLFTag: createLFTag,
    CreateLFTagExpression: createLFTagExpression,
    CreateLakeFormationOptIn: createLakeFormationOptIn,
    DeleteDataCellsFilter: deleteDataCellsFilter,
    DeleteLFTag: deleteLFTag,
    DeleteLFTagExpression: deleteLFTagExpression,
    DeleteLakeFormationOptIn: deleteLakeFormationOptIn,
    DeregisterResource: deregisterResource,
    DescribeResource: describeResource,
    GetDataCellsFilter: getDataCellsFilter,
    GetDataLakePrincipal: getDataLakePrincipal,
    GetDataLakeSettings: getDataLakeSettings,
    GetEffectivePermissionsForPath: getEffectivePermissionsForPath,
    GetLFTag: getLFTag,
    GetLFTagExpression: getLFTagExpression,
    GetResourceLFTags: getResourceLFTags,
    GetTemporaryGluePartitionCredentials: getTemporaryGluePartitionCredentials,
    GetTemporaryGlueTableCredentials: getTemporaryGlueTableCredentials,
    GrantPermissions: grantPermissions,
    ListDataCellsFilter: listDataCellsFilter,
    ListLFTagExpressions: listLFTagExpressions,
    ListLFTags: listLFTags,
    ListLakeFormationOptIns: listLakeFormationOptIns,
    ListPermissions: listPermissions,
    ListResources: listResources,
    PutDataLakeSettings: putDataLakeSettings,
    RegisterResource: registerResource,
    RemoveLFTagsFromResource: removeLFTagsFromResource,
    RevokePermissions: revokePermissions,
    SearchDatabasesByLFTags: searchDatabasesByLFTags,
    SearchTablesByLFTags: searchTablesByLFTags,
    UpdateDataCellsFilter: updateDataCellsFilter,
    UpdateLFTag: updateLFTag,
    UpdateLFTagExpression: updateLFTagExpression,
    UpdateResource: updateResource,
  }),
  isNoAction: ({ operation, world }) =>
    operation.startsWith('GetTemporaryGlue') && world.switch('lf-vending-action') === 'data-access',
  controls: lakeFormationControls,
};
