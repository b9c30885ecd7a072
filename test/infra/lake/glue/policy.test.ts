import {
  CreateDatabaseCommand,
  DeleteResourcePolicyCommand,
  GetDataCatalogEncryptionSettingsCommand,
  GetResourcePolicyCommand,
  GetTagsCommand,
  PutDataCatalogEncryptionSettingsCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-glue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Cloud } from './cloud.ts';
import { consumer, producer, region, startCloud } from './cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
beforeEach(() => cloud.lake.control.reset());
afterAll(() => cloud.lake.close());

const catalog = `arn:aws:glue:${region}:${producer}:catalog`;
const document = (Sid: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid,
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${consumer}:root` },
        Action: 'glue:*',
        Resource: catalog,
      },
    ],
  });

describe('the resource policy', () => {
  test('is replaced whole, under a new hash, and is missing before (GL-40, GL-42)', async () => {
    const glue = cloud.glue(producer);
    await expect(glue.send(new GetResourcePolicyCommand({}))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
    const first = await glue.send(new PutResourcePolicyCommand({ PolicyInJson: document('a') }));
    const second = await glue.send(new PutResourcePolicyCommand({ PolicyInJson: document('b') }));
    expect(second.PolicyHash).not.toBe(first.PolicyHash);
    const read = await glue.send(new GetResourcePolicyCommand({}));
    expect(read).toMatchObject({ PolicyInJson: document('b'), PolicyHash: second.PolicyHash });
    await glue.send(new DeleteResourcePolicyCommand({}));
    await expect(glue.send(new GetResourcePolicyCommand({}))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  test('conditions that do not hold change nothing (GL-40, G-S7)', async () => {
    const glue = cloud.glue(producer);
    const put = (Sid: string, conditions: object) =>
      glue.send(new PutResourcePolicyCommand({ PolicyInJson: document(Sid), ...conditions }));
    const refused = { name: 'ConditionCheckFailureException' };
    await expect(put('a', { PolicyExistsCondition: 'MUST_EXIST' })).rejects.toMatchObject(refused);
    const { PolicyHash } = await put('a', { PolicyExistsCondition: 'NOT_EXIST' });
    await expect(put('b', { PolicyExistsCondition: 'NOT_EXIST' })).rejects.toMatchObject(refused);
    await put('b', { PolicyHashCondition: PolicyHash });
    await expect(put('c', { PolicyHashCondition: PolicyHash })).rejects.toMatchObject(refused);
    expect((await glue.send(new GetResourcePolicyCommand({}))).PolicyInJson).toBe(document('b'));
  });

  test.each(['{', '[]', '{"Statement":[]}', '{"Statement":[{"Effect":"Allow"}]}'])(
    'what is no policy is refused: %s',
    async (PolicyInJson) => {
      const put = cloud.glue(producer).send(new PutResourcePolicyCommand({ PolicyInJson }));
      await expect(put).rejects.toMatchObject({ name: 'InvalidInputException' });
    },
  );
});

describe('encryption settings', () => {
  test('are off in a fresh catalog and replaced whole (GL-43, G-S8)', async () => {
    const glue = cloud.glue(producer);
    const read = () => glue.send(new GetDataCatalogEncryptionSettingsCommand({}));
    expect((await read()).DataCatalogEncryptionSettings?.EncryptionAtRest?.CatalogEncryptionMode).toBe('DISABLED');
    const EncryptionAtRest = { CatalogEncryptionMode: 'SSE-KMS' as const, SseAwsKmsKeyId: 'alias/lake' };
    const put = { DataCatalogEncryptionSettings: { EncryptionAtRest } };
    await glue.send(new PutDataCatalogEncryptionSettingsCommand(put));
    expect((await read()).DataCatalogEncryptionSettings).toEqual({ EncryptionAtRest });
  });
});

describe('tags', () => {
  test('are added, taken away and told by ARN; what does not exist has none (GL-44)', async () => {
    const glue = cloud.glue(producer);
    const ResourceArn = `arn:aws:glue:${region}:${producer}:database/db`;
    const missing = glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { a: '1' } }));
    await expect(missing).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'db' }, Tags: { made: 'first' } }));
    await glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { a: '1', b: '2' } }));
    await glue.send(new UntagResourceCommand({ ResourceArn, TagsToRemove: ['a'] }));
    expect((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ made: 'first', b: '2' });
  });
});
