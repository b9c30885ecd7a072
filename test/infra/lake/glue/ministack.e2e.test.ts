/** The same questions to the lake and to MiniStack's Glue: where they differ, who is right, and why. */

import { GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../../../infra/local/emulator/emulator.ts';
import { outcomeOf, questions } from './blackbox.ts';
import type { Cloud } from './cloud.ts';
import { producer, startCloud } from './cloud.ts';

// A process of its own starts, on a machine that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 240_000 });

/** Of both: AWS does as the first says, for the reason given. In every case below that is the lake. */
const differences: Readonly<Record<string, { lake: unknown; ministack: unknown; why: string }>> = {
  'a database is told in lower case': {
    lake: 'upper_case',
    ministack: 'EntityNotFoundException',
    why: 'names are folded to lower case when stored: rule GL-2',
  },
  'a name of 256 characters is refused': {
    lake: 'InvalidInputException',
    ministack: 'succeeded',
    why: 'the service model limits NameString to 255',
  },
  'databases come in pages': {
    lake: { size: 2, more: true },
    ministack: { size: expect.any(Number), more: false },
    why: 'MaxResults and NextToken are in the service model: rule GL-3',
  },
  'more than 100 at once is refused': {
    lake: 'InvalidInputException',
    ministack: 'succeeded',
    why: 'the service model limits CatalogGetterPageSize to 100',
  },
  'an update makes a new version': {
    lake: '1',
    ministack: '2',
    why: 'AWS counts versions from 0; unconfirmed by its pages, nothing of ours reads the number',
  },
  'a partition has as many values as the table has keys': {
    lake: 'InvalidInputException',
    ministack: 'succeeded',
    why: 'rule GL-30',
  },
  'partitions are filtered by the type of the key': {
    lake: ['2025', '2026'],
    ministack: ['2025', '2026', '900'],
    why: 'numeric keys compare as numbers: rule GL-31',
  },
  'an expression that makes no sense is refused': {
    lake: 'InvalidInputException',
    ministack: 'succeeded',
    why: 'rule GL-31',
  },
  'a link is followed to the tables of its target': {
    lake: 'target',
    ministack: 'EntityNotFoundException',
    why: 'resource links are Lake Formation’s: rule GL-12',
  },
  'a link tells its target': { lake: 'nowhere', ministack: undefined, why: 'rule GL-13' },
  'a policy put under a wrong condition is refused': {
    lake: 'ConditionCheckFailureException',
    ministack: 'InvalidAction',
    why: 'MiniStack has no catalog policies: rule GL-40',
  },
  'a policy is read back': { lake: true, ministack: 'InvalidAction', why: 'MiniStack has no catalog policies' },
  'a password can be left out': { lake: 'left out', ministack: 'p', why: 'HidePassword: rule GL-70' },
};

let cloud: Cloud;
let emulator: Emulator;
const clients: { lake?: GlueClient; ministack?: GlueClient } = {};
beforeAll(async () => {
  cloud = await startCloud({ wire: true });
  emulator = await startEmulator();
  clients.lake = cloud.glue(producer, 'us-east-1');
  clients.ministack = new GlueClient({ ...cloud.config(producer, 'us-east-1'), endpoint: emulator.url });
});
afterAll(async () => {
  await emulator?.close();
  await cloud.lake.close();
});

describe('the Data Catalog beside MiniStack’s', () => {
  test.each(questions)('$name', async (question) => {
    const { lake, ministack } = clients;
    if (!lake || !ministack) throw new Error('both must have started');
    const answers = { lake: await outcomeOf(question, lake), ministack: await outcomeOf(question, ministack) };
    const difference = differences[question.name];
    if (!difference) expect(answers.ministack).toEqual(answers.lake);
    else expect(answers).toEqual({ lake: difference.lake, ministack: difference.ministack });
  });

  test('every difference listed belongs to a question', () => {
    const names = new Set(questions.map(({ name }) => name));
    expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
  });
});
