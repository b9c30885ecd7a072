/**
 * The access path: every hop, in the order in which it is assessed and told. The only list that says so; the states of
 * both machines and the rights of our reader follow from it.
 */

import type { HopModule } from '#engine/hop.ts';
import { acceptance } from './acceptance/index.ts';
import { consumerCatalogKey, producerCatalogKey } from './catalog-key/index.ts';
import { consumerCatalogPolicy } from './catalog-policy/consumer.ts';
import { catalogPolicy } from './catalog-policy/index.ts';
import { exposure } from './exposure/index.ts';
import { grants } from './grants/index.ts';
import { link } from './link/index.ts';
import { location } from './location/index.ts';
import { membership } from './membership/index.ts';
import { role } from './role/index.ts';
import { consumerSettings, producerSettings } from './settings/index.ts';
import { share } from './share/index.ts';
import { consumerStorage } from './storage/consumer.ts';
import { storage } from './storage/index.ts';
import { tags } from './tags/index.ts';

/** The producer's half. */
const PUBLISH: readonly HopModule[] = [
  producerSettings,
  producerCatalogKey,
  location,
  catalogPolicy,
  tags,
  exposure,
  share,
  storage,
];

/** The consumer's half. */
const ONBOARD: readonly HopModule[] = [
  membership,
  consumerSettings,
  consumerCatalogKey,
  acceptance,
  link,
  grants,
  consumerCatalogPolicy,
  consumerStorage,
  role,
];

export const PATH: readonly HopModule[] = [...PUBLISH, ...ONBOARD];
