/** What the tests of RAM have in common, beyond the lakes of Lake Formation. */

import {
  AssociateResourceShareCommand,
  CreateResourceShareCommand,
  DisassociateResourceShareCommand,
  GetResourceShareAssociationsCommand,
  GetResourceSharesCommand,
  type ResourceShare,
  type ResourceShareAssociation,
} from '@aws-sdk/client-ram';
import { type Clients, producer, region } from '../lakeformation/lakes.ts';

export const hours = (count: number): number => count * 3_600_000;

export const databaseArn = `arn:aws:glue:${region}:${producer}:database/cur_org`;
export const tableArn = `arn:aws:glue:${region}:${producer}:table/cur_org/legacy_all`;

export async function sharesOf({ ram }: Clients, resourceOwner: 'SELF' | 'OTHER-ACCOUNTS'): Promise<ResourceShare[]> {
  const found: ResourceShare[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ram.send(new GetResourceSharesCommand({ resourceOwner, nextToken }));
    found.push(...(page.resourceShares ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

export async function associationsOf(
  { ram }: Clients,
  associationType: 'PRINCIPAL' | 'RESOURCE',
): Promise<ResourceShareAssociation[]> {
  const found: ResourceShareAssociation[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ram.send(new GetResourceShareAssociationsCommand({ associationType, nextToken }));
    found.push(...(page.resourceShareAssociations ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

export async function createShare(
  { ram }: Clients,
  principals: string[],
  resourceArns = [databaseArn],
): Promise<string> {
  const answer = await ram.send(new CreateResourceShareCommand({ name: 'by-hand', resourceArns, principals }));
  return answer.resourceShare?.resourceShareArn ?? '';
}

export async function renew({ ram }: Clients, resourceShareArn: string, principals: string[]): Promise<void> {
  await ram.send(new DisassociateResourceShareCommand({ resourceShareArn, principals }));
  await ram.send(new AssociateResourceShareCommand({ resourceShareArn, principals }));
}
