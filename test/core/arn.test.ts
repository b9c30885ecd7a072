import { expect, test } from 'vitest';
import { arnParts, nameIn } from '#contracts/arn.ts';

test.each([
  ['arn:aws:iam::111111111111:role/data-jobs/x', 'aws', 'iam', '', '111111111111', 'role/data-jobs/x'],
  ['arn:aws:s3:::bucket/a:b/c', 'aws', 's3', '', '', 'bucket/a:b/c'],
  ['arn:aws-cn:kms:cn-north-1:111111111111:key/1', 'aws-cn', 'kms', 'cn-north-1', '111111111111', 'key/1'],
  ['arn:aws:iam::111111111111:saml-provider/x:group/y', 'aws', 'iam', '', '111111111111', 'saml-provider/x:group/y'],
])('takes %s apart', (arn, partition, service, region, account, resource) => {
  expect(arnParts(arn)).toEqual({ partition, service, region, account, resource });
});

test.each([
  '111111111111',
  'IAM_ALLOWED_PRINCIPALS',
  'glue.amazonaws.com',
  '',
  'arn:aws:iam::111111111111',
  'arn:::::x',
])('says that "%s" is no ARN', (text) => {
  expect(arnParts(text)).toBeNull();
});

test('knows a role by its name, whatever its path', () => {
  expect(nameIn('arn:aws:iam::111111111111:role/data-jobs/x')).toBe('x');
  expect(nameIn('x')).toBe('x');
});
