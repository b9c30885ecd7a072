/** The services this lake answers itself. */

import { existsSync } from 'node:fs';
import type { Backend } from './backend/backend.ts';
import type { ServiceModule } from './service.ts';
import { stsModule } from './sts/module.ts';

const FOLDERS = ['glue', 'lakeformation', 'organizations', 'ram'];

const isModule = (value: unknown): value is ServiceModule =>
  typeof value === 'object' && value !== null && 'operations' in value && 'name' in value;

async function load(folder: string): Promise<ServiceModule[]> {
  const url = new URL(`./${folder}/module.ts`, import.meta.url);
  if (!existsSync(url)) return [];
  const exported: Record<string, unknown> = await import(url.href);
  return Object.values(exported).filter(isModule);
}

export async function serviceModules(backend: Backend): Promise<readonly ServiceModule[]> {
  const loaded = await Promise.all(FOLDERS.map(load));
  return [stsModule, ...backend.modules, ...loaded.flat()];
}
