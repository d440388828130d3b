import { loadSettings } from '@attune/config';
import { type Client, createClient, SERVICES, TOPIC_CODECS, TOPICS, training } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import { openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import { startTraining } from '../src/service';
import { PostgresModelRegistry } from '../src/storage/postgres-model-registry';
import { aVersion } from './a-version';

const infra = useInfra();
const { CANARY, CANDIDATE, PRODUCTION, RETIRED, SHADOW } = training.ModelStage;

let service: RunningService;
let database: Database;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;

beforeAll(async () => {
  service = await startTraining(
    loadSettings(trainingSettings, { ...settingsOf(infra), ATTUNE_TRAINING_CONCURRENCY: '0' }),
  );
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
  const schema = schemaFor(infra.namespace, 'training');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: 'test' });
  const registry = new PostgresModelRegistry(database);
  for (let version = 1; version <= 5; version++) {
    const { ref, stage: _, ...rest } = aVersion(version);
    await registry.register({ ...rest, model: 'als', digest: ref.digest }, 'test');
  }
  await move('1', PRODUCTION, override);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

const override = { override: true, reason: 'for the test' };
const move = (version: string, stage: training.ModelStage, rest: Partial<training.PromoteModelRequest> = {}) =>
  client.promoteModel(training.PromoteModelRequest.fromPartial({ model: 'als', version, stage, ...rest }));
const refused = (...args: Parameters<typeof move>): Promise<AppError> =>
  move(...args).then(
    () => Promise.reject(new Error('it was moved')),
    (error: AppError) => error,
  );
const listed = async () => {
  const { models } = await client.listModels({ pageSize: 0, pageToken: '' });
  const { production, canary, shadows } = models.find(({ name }) => name === 'als')!;
  return { production: production?.ref?.version, canary, shadows: shadows.map(({ ref }) => ref!.version) };
};
const changes = async () =>
  (await client.getProductionHistory(training.GetProductionHistoryRequest.fromPartial({ model: 'als' }))).changes;

// The tests tell one story: each goes on from what the one before left.
describe('versions on trial', () => {
  it('takes two shadows without evidence, and no third', async () => {
    await move('2', SHADOW);
    await move('3', SHADOW);
    expect(await refused('4', SHADOW)).toMatchObject({
      code: 'failed_precondition.shadow_taken',
      message: expect.stringMatching(/als v2 and als v3 are shadows already/),
    });
    expect((await listed()).shadows).toEqual(['2', '3']);
  });

  it('wants evidence or an override of a canary, and a share that makes sense', async () => {
    expect(await refused('4', CANARY)).toMatchObject({ code: 'failed_precondition.no_evaluation' });
    expect(await refused('4', CANARY, { ...override, canaryShare: 0.6 })).toMatchObject({
      code: 'invalid.canary_share',
      violations: [{ field: 'canary_share' }],
    });
    expect(await refused('4', SHADOW, { canaryShare: 0.1 })).toMatchObject({ code: 'invalid.canary_share' });
    const { version } = await move('4', CANARY, override);
    expect(version).toMatchObject({ stage: CANARY, canaryShare: 0.05 });
    expect((await listed()).canary).toMatchObject({ ref: { version: '4' }, canaryShare: 0.05 });
    expect((await changes())[0]).toMatchObject({ to: CANARY, canaryShare: 0.05, grounds: { rule: 'override' } });
  });

  it('has one canary at most, whose share can change without more evidence', async () => {
    expect(await refused('5', CANARY, override)).toMatchObject({ code: 'failed_precondition.canary_taken' });
    expect((await move('4', CANARY, { canaryShare: 0.25 })).version).toMatchObject({ canaryShare: 0.25 });
    const count = (await changes()).length;
    await move('4', CANARY);
    expect((await changes()).length).toBe(count);
    expect((await changes())[0]).toMatchObject({ from: CANARY, to: CANARY, canaryShare: 0.25 });
  });

  it('moves a canary back with a reason, and lets another take its place', async () => {
    await move('4', CANDIDATE, { reason: 'errors: too many' });
    expect((await changes())[0]).toMatchObject({
      from: CANARY,
      to: CANDIDATE,
      canaryShare: 0,
      reason: 'errors: too many',
    });
    await move('5', CANARY, { ...override, canaryShare: 0.1 });
    await move('5', PRODUCTION, override);
    expect(await listed()).toEqual({ production: '5', canary: undefined, shadows: ['2', '3'] });
    expect((await changes())[1]).toMatchObject({ ref: { version: '1' }, to: RETIRED });
  });

  it('tells the fleet of every move, with the share of canaries', async () => {
    const { redisUrl, namespace } = infra;
    const kafkaBrokers = infra.kafkaBrokers?.split(',');
    await using log = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'test' });
    const told: string[] = [];
    for await (const { value } of log.read(TOPICS.models.name, { from: 'start' })) {
      const { model, fromStage, toStage, canaryShare } = TOPIC_CODECS.models.decode(value);
      if (model!.version === '4' || model!.version === '5')
        told.push(`${model!.version} ${fromStage} ${toStage} ${canaryShare}`);
    }
    expect(told.filter((line) => !line.includes('  '))).toEqual([
      '4 candidate canary 0.05',
      '4 canary canary 0.25',
      '4 canary candidate 0',
      '5 candidate canary 0.1',
      '5 canary production 0',
    ]);
  });
});
