/** S3 locations registered with Lake Formation. */

import { ListResourcesCommand, RegisterResourceCommand, type ResourceInfo } from '@aws-sdk/client-lakeformation';
import type { LocationFacts } from '#core/facts.ts';
import type { Clients } from './clients.ts';
import { asked } from './errors.ts';
import { everyPage } from './paging.ts';

/** The registration that covers a prefix: its own, or its nearest parent's, which counts just the same. */
export async function readLocation(
  clients: Pick<Clients, 'lakeFormation' | 'account'>,
  location: { bucket: string; prefix: string; partition: string },
): Promise<LocationFacts> {
  const view = { account: clients.account, owner: true, doing: 'list the locations registered with Lake Formation' };
  const resources = await everyPage(async (token) => {
    const page = await asked(view, () => clients.lakeFormation.send(new ListResourcesCommand({ NextToken: token })));
    return { items: page.ResourceInfoList, next: page.NextToken };
  });
  const nearest = nearestTo(`arn:${location.partition}:s3:::${location.bucket}/${location.prefix}`, resources);
  return { registered: nearest ? factsOf(nearest) : null };
}

function nearestTo(target: string, resources: readonly ResourceInfo[]): ResourceInfo | undefined {
  return resources
    .filter((resource) => `${trimmed(target)}/`.startsWith(`${trimmed(resource.ResourceArn ?? 'none')}/`))
    .sort((a, b) => trimmed(b.ResourceArn ?? '').length - trimmed(a.ResourceArn ?? '').length)[0];
}

/** Consoles register `s3://bucket/path`, `…/path/` and `…/path/*` alike. */
function trimmed(arn: string): string {
  return arn.replace(/\/?\*?$/, '');
}

function factsOf(resource: ResourceInfo): NonNullable<LocationFacts['registered']> {
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
