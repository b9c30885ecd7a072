/** The services this lake answers itself. Each is loaded when first called: a start waits for none of them. */

import type { ServingBackend } from './backend/serving.ts';
import type { ServiceModule } from './service.ts';

type Load = () => Promise<ServiceModule>;

/** By signing name. */
export type Services = ReadonlyMap<string, Load>;

const LOADS: Readonly<Record<string, Load>> = {
  glue: async () => (await import('./glue/module.ts')).glueModule,
  lakeformation: async () => (await import('./lakeformation/module.ts')).lakeFormationModule,
  organizations: async () => (await import('./organizations/module.ts')).organizationsModule,
  ram: async () => (await import('./ram/module.ts')).ramModule,
  sts: async () => (await import('./sts/module.ts')).stsModule,
};

/** An import is remembered anyway, but asking for it again takes longer than most operations. */
function once(load: Load): Load {
  let loaded: Promise<ServiceModule> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** The lake's own services and the backend's, by signing name, each loaded when it is first called. */
export function servicesOf(backend: ServingBackend): Services {
  const loads = Object.entries({ ...LOADS, ...backend.services });
  return new Map(loads.map(([name, load]) => [name, once(load)]));
}

/** All services, loaded: for tests that look at every operation. */
export const serviceModules = (backend: ServingBackend): Promise<readonly ServiceModule[]> =>
  Promise.all([...servicesOf(backend).values()].map((load) => load()));
