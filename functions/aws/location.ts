/** S3 locations registered with Lake Formation. */

import { ListResourcesCommand, RegisterResourceCommand, type ResourceInfo } from '@aws-sdk/client-lakeformation';
import type { LocationFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage } from './paging.ts';

export type Registration = NonNullable<LocationFacts['registered']>;

/** Every location registered in this account and Region. */
export async function listLocations(
  clients: Pick<Clients, 'lakeFormation' | 'account'>,
): Promise<readonly Registration[]> {
  const view = { account: clients.account, owner: true, doing: 'list the locations registered with Lake Formation' };
  const resources = await everyPage(async (token) => {
    const page = await asked(view, () => clients.lakeFormation.send(new ListResourcesCommand({ NextToken: token })));
    return { items: page.ResourceInfoList, next: page.NextToken };
  });
  return resources.map(factsOf);
}

/** The registration that covers a prefix: its own, or its nearest parent's, which counts just the same. */
export function covering(
  registrations: readonly Registration[],
  { bucket, prefix, partition }: { bucket: string; prefix: string; partition: string },
): LocationFacts {
  const target = trimmed(`arn:${partition}:s3:::${bucket}/${prefix}`);
  const [nearest] = registrations
    .filter(({ arn }) => arn !== '' && `${target}/`.startsWith(`${trimmed(arn)}/`))
    .sort((a, b) => trimmed(b.arn).length - trimmed(a.arn).length);
  return { registered: nearest ?? null };
}

/** Consoles register `s3://bucket/path`, `…/path/` and `…/path/*` alike. */
function trimmed(arn: string): string {
  return arn.replace(/\/?\*?$/, '');
}

function factsOf(resource: ResourceInfo): Registration {
  return {
    arn: resource.ResourceArn ?? '',
    roleArn: resource.RoleArn ?? null,
    hybrid: resource.HybridAccessEnabled ?? false,
    verification: resource.VerificationStatus ?? null,
  };
}

/** `AlreadyExists` when somebody registered it meanwhile: the next look compares (G-L26). */
export async function registerLocation(
  clients: Pick<Clients, 'lakeFormation'>,
  account: string,
  { arn, roleArn, hybrid }: { arn: string; roleArn: string | null; hybrid: boolean },
): Promise<void> {
  await asked({ account, owner: true, doing: `register location ${arn}` }, () =>
    clients.lakeFormation.send(
      new RegisterResourceCommand({
        ResourceArn: arn,
        ...(roleArn === null ? { UseServiceLinkedRole: true } : { RoleArn: roleArn }),
        HybridAccessEnabled: hybrid,
      }),
    ),
  );
}
