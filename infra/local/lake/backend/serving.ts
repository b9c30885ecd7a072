/** A backend together with the services it answers itself. */

import type { ServiceModule } from '../service.ts';
import type { Backend } from './backend.ts';

/** Services by signing name, each loaded when it is first called. */
export type ServiceLoads = Readonly<Record<string, () => Promise<ServiceModule>>>;

export interface ServingBackend extends Backend {
  /** IAM, S3 and KMS: in memory, or decided here and answered by MiniStack. Other services are passed on. */
  readonly services: ServiceLoads;
}
