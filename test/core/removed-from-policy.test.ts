import { expect, test } from 'vitest';
import { consumersLeft, publishersLeft } from '#core/removed-from-policy.ts';
import { demoPolicy } from '../support/demo-policy.ts';

const HERE = 'ap-northeast-1';
const FINANCE = '111111111111';
const ANALYTICS = '222222222222';
const at = (account: string, region = HERE) => ({ account, region });

const policy = demoPolicy('demo-revoke');

test('nothing is left by what stays, however it is called and ordered', () => {
  const turned = demoPolicy('demo-revoke', (document) => {
    document.products = Object.fromEntries(Object.entries(document.products).reverse());
  });
  expect(consumersLeft(policy, turned)).toEqual([]);
  expect(publishersLeft(policy, turned)).toEqual([]);
});

test('a product that goes leaves its database and its consumers, who have others', () => {
  const less = demoPolicy('demo-revoke', ({ products }) => void delete products['hr']);
  expect(publishersLeft(policy, less)).toEqual([
    { half: 'publish', account: FINANCE, region: HERE, database: 'hr_db' },
  ]);
  expect(consumersLeft(policy, less)).toEqual([at(ANALYTICS)]);
  expect(consumersLeft(less, policy)).toEqual([]);
});

test('a Region that goes is left, and where a target is that was read from elsewhere', () => {
  const elsewhere = demoPolicy('demo-revoke', ({ accounts }) => {
    accounts['analytics'] = { id: ANALYTICS, regions: ['us-east-1'] };
  });
  expect(consumersLeft(elsewhere, policy)).toEqual([at(ANALYTICS, 'us-east-1')]);
  const none = demoPolicy('demo-revoke', ({ products }) => {
    for (const product of Object.values(products)) product.audience = { accounts: ['finance-lake'] };
  });
  expect(consumersLeft(elsewhere, none)).toEqual([at(ANALYTICS, 'us-east-1'), at(ANALYTICS)]);
});

test('grants by tag and places of others that go are left as well', () => {
  const lake = demoPolicy('demo-blueprint', (document) => {
    document.products = {};
    for (const place of document.dataLocations ?? []) place.to = [`arn:aws:iam::${FINANCE}:role/loader`];
  });
  const bare = demoPolicy('demo-blueprint', (document) => {
    document.products = {};
    delete document.dataLocations;
    if (document.tags !== undefined) document.tags.grants = [];
  });
  expect(consumersLeft(lake, bare)).toEqual([at(ANALYTICS), at(FINANCE)]);
});

test('a catalog is left when nothing of it is in the policy: tags, places and all', () => {
  const tagged = demoPolicy('demo-blueprint');
  const untagged = demoPolicy('demo-blueprint', (document) => {
    delete document.tags;
    delete document.dataLocations;
    document.settings = { ...document.settings, defaults: undefined };
  });
  const catalog = { half: 'publish', account: '444444444444', region: HERE, database: null };
  expect(publishersLeft(tagged, untagged)).toContainEqual(catalog);
  expect(publishersLeft(untagged, tagged)).toEqual([]);
});
