/** Location: the S3 location is registered and verified, hybrid, or deliberately plain IAM. */

import type { PublishScope } from '#contracts/steps.ts';
import { type Assessment, merge, NOTHING } from '#core/assessment.ts';
import { dataLocationsOf, locationResource } from '#core/locations.ts';
import { heldBy } from '#core/permissions.ts';
import { accountOf, placeReceivers } from '#core/selectors.ts';
import type { PublishHop, Question, SnapshotPart, Told } from '#engine/hop.ts';
import { assessLocation } from './by-product.ts';
import { assessDataLocations } from './data-locations.ts';
import { type LocationObservation, observeLocations } from './observe.ts';
import { PERMISSIONS } from './permissions.ts';

export const location: PublishHop<LocationObservation> = {
  name: 'location',
  half: 'publish',
  stage: 'location',
  scopes: ['database', 'catalog'],
  after: ['settings'],
  permissions: PERMISSIONS,
  observe: observeLocations,
  assess,
  snapshot: snapshotPart,
};

function assess({ products, delegated }: LocationObservation, question: Question<PublishScope>): Assessment {
  const { policy, scope, entries, recent } = question;
  const { account, region } = scope;
  return merge(
    ...products.map(({ product, location: facts, rests }) => assessLocation({ policy, product, facts, rests })),
    delegated === null ? NOTHING : assessDataLocations({ policy, account, region, ...delegated, entries, recent }),
  );
}

/** Which accounts hold which place, as AWS lists it. Null when that is unknown. */
function snapshotPart({
  observed: { delegated },
  question: { policy, scope, planning },
}: Told<LocationObservation, PublishScope>): SnapshotPart | null {
  if (delegated === null || placeReceivers(policy, scope).length === 0) return {};
  const { listed, held } = delegated;
  if (!listed.known) return null;
  const places = dataLocationsOf(policy, scope).flatMap((entry) => {
    const resource = locationResource(policy, entry);
    const accounts = new Set(entry.to.map((to) => accountOf(to, entry)));
    const others = [...accounts].filter((id) => id !== entry.account && !held.includes(id));
    const holds = (id: string) => planning || heldBy(listed.value.grants, id, resource).grantable.length > 0;
    return 'arn' in resource ? [[resource.arn, others.filter(holds).sort()] as const] : [];
  });
  return { places: Object.fromEntries(places) };
}
