/** The services this lake answers itself. */

import type { Backend } from './backend/backend.ts';
import { glueModule } from './glue/module.ts';
import { lakeFormationModule } from './lakeformation/module.ts';
import { organizationsModule } from './organizations/module.ts';
import { ramModule } from './ram/module.ts';
import type { ServiceModule } from './service.ts';
import { stsModule } from './sts/module.ts';

export const serviceModules = (backend: Backend): readonly ServiceModule[] => [
  glueModule,
  lakeFormationModule,
  organizationsModule,
  ramModule,
  stsModule,
  ...backend.modules,
];
