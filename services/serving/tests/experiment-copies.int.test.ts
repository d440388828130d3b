import { closeRedis, openRedis, type Redis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { RedisExperimentCopies } from '../src/storage/redis-experiment-copies';
import { anExperiment } from './fixtures/an-experiment';

const { redisUrl, namespace } = useInfra();
let redis: Redis;

beforeAll(() => {
  redis = openRedis({ url: redisUrl, keyPrefix: `${namespace}:serving:`, connectionName: 'test' });
});
beforeEach(() => redis.del('experiments'));
afterAll(async () => {
  await redis.del('experiments');
  await closeRedis(redis);
});

const stopped = (version: number) => anExperiment({}, { version, state: 'stopped' });

async function statesOf(copies: RedisExperimentCopies) {
  const { definitions, isComplete } = await copies.all();
  return { isComplete, states: definitions.map(({ version, state }) => `${state} ${version}`) };
}

describe('the copies of experiments that replicas share', () => {
  it('keep the newest version, and the same one only where its owner was asked', async () => {
    const copies = new RedisExperimentCopies(redis);
    await copies.keep([anExperiment({}, { version: 2 })]);
    await copies.keep([stopped(1), stopped(2)]);
    await copies.correct([stopped(1)]);
    expect(await statesOf(copies)).toEqual({ isComplete: false, states: ['running 2'] });
    await copies.correct([stopped(2)]);
    await copies.complete();
    expect(await statesOf(copies)).toEqual({ isComplete: true, states: ['stopped 2'] });
  });

  it('are read again where another replica wrote, and only then', async () => {
    const [one, other] = [new RedisExperimentCopies(redis), new RedisExperimentCopies(redis)];
    expect(await statesOf(other)).toEqual({ isComplete: false, states: [] });
    await one.keep([anExperiment()]);
    const { definitions } = await other.all();
    await one.correct([anExperiment()]);
    await one.complete();
    const again = await other.all();
    expect([again.definitions === definitions, again.isComplete]).toEqual([true, true]);
    await one.keep([stopped(2)]);
    expect((await statesOf(other)).states).toEqual(['stopped 2']);
  });

  it('are read again when Redis lost them', async () => {
    const copies = new RedisExperimentCopies(redis);
    await copies.keep([anExperiment()]);
    await copies.all();
    await redis.del('experiments');
    expect(await statesOf(copies)).toEqual({ isComplete: false, states: [] });
  });
});
