/** AWS Organizations as a service of the lake. */

import type { ServiceModule } from '../service.ts';
import { organizationChanges } from './changes.ts';
import { organizationControls } from './controls.ts';
import { handshakes } from './handshakes.ts';
import { controlPolicies } from './policies.ts';
import { organizationReads } from './reads.ts';

export const organizationsModule: ServiceModule = {
  name: 'organizations',
  operations: { ...organizationReads, ...organizationChanges, ...handshakes, ...controlPolicies },
  controls: organizationControls,
};
