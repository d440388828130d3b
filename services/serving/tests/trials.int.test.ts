import { closeRedis, openRedis, type Redis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { RedisTrials } from '../src/storage/redis-trials';

const { redisUrl, namespace } = useInfra();
let redis: Redis;
let trials: RedisTrials;

beforeAll(() => {
  redis = openRedis({ url: redisUrl, keyPrefix: `${namespace}:serving:`, connectionName: 'test' });
  trials = new RedisTrials(redis);
});
afterAll(async () => {
  await redis.del('trials');
  await closeRedis(redis);
});

const ref = (version: string) => ({ name: 'als', version, digest: `digest-${version}` });
const kept = async (version: string) => (await trials.all()).find((trial) => trial.ref.version === version);

describe('the trials that replicas share', () => {
  it('keep the newest change of each version, whatever the order in which they are heard of', async () => {
    await trials.advance({ ref: ref('1'), stage: 'none', canaryShare: 0, sequence: 7 });
    await trials.advance({ ref: ref('1'), stage: 'canary', canaryShare: 0.1, sequence: 5 });
    await trials.advance({ ref: ref('2'), stage: 'shadow', canaryShare: 0, sequence: 6 });
    expect([(await kept('1'))?.stage, (await kept('2'))?.stage]).toEqual(['none', 'shadow']);
  });

  it('keep since when a canary is one, though its share changes', async () => {
    await trials.advance({ ref: ref('3'), stage: 'canary', canaryShare: 0.05, sequence: 8 });
    await trials.advance({ ref: ref('3'), stage: 'canary', canaryShare: 0.25, sequence: 9 });
    expect(await kept('3')).toMatchObject({ canaryShare: 0.25, sequence: 9, since: 8 });
    await trials.advance({ ref: ref('3'), stage: 'none', canaryShare: 0, sequence: 10 });
    await trials.advance({ ref: ref('3'), stage: 'canary', canaryShare: 0.25, sequence: 11 });
    expect(await kept('3')).toMatchObject({ since: 11 });
  });

  it('are not corrected where they moved on meanwhile', async () => {
    await trials.correct({ ref: ref('3'), stage: 'none', canaryShare: 0 }, 10);
    expect(await kept('3')).toMatchObject({ stage: 'canary' });
    await trials.correct({ ref: ref('3'), stage: 'none', canaryShare: 0 }, 11);
    expect(await kept('3')).toMatchObject({ stage: 'none', sequence: 11 });
    await trials.correct({ ref: ref('4'), stage: 'shadow', canaryShare: 0 }, 0);
    expect(await kept('4')).toMatchObject({ stage: 'shadow', sequence: 0 });
  });
});
