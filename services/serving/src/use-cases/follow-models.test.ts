import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import type { ModelRef } from '../domain/decision';
import type { LoadedModel, ModelPointer, PlacedModel, Placement } from '../model-ports';
import type { Trial } from '../trial-ports';
import { makeFollowModels } from './follow-models';

const als = (version: string): ModelRef => ({ name: 'als', version, digest: `digest-${version}` });

function setUp(problem?: AppError) {
  let now = 0;
  let pointers: ModelPointer[] = [];
  let trials: Trial[] = [];
  let loaded: LoadedModel[] = [];
  const tried: string[] = [];
  const keep = (pointer: ModelPointer) => {
    pointers = [...pointers.filter(({ ref }) => ref.name !== pointer.ref.name), pointer];
  };
  const keepTrial = (trial: Trial) => {
    trials = [...trials.filter(({ ref }) => ref.version !== trial.ref.version), trial];
  };
  const standing: PlacedModel[] = [];
  const put = (ref: ModelRef, { stage, canaryShare }: Placement) => {
    const stays = (one: LoadedModel) =>
      one.ref.digest !== ref.digest && !(stage === 'production' && one.stage === 'production');
    const counts = { tableBytes: 1, loadedAt: new Date(0), itemCount: 1, userCount: 1, callCount: 0 };
    loaded = [...loaded.filter(stays), { ref, kind: 'als', stage, canaryShare, ...counts } as LoadedModel];
  };
  const models = makeFollowModels({
    pointers: {
      all: async () => pointers,
      advance: async (pointer) => keep(pointer),
      correct: async (ref, asOf) => keep({ ref, sequence: asOf }),
    },
    trials: {
      all: async () => trials,
      advance: async (trial) => keepTrial({ ...trial, since: trial.sequence }),
      correct: async (trial, asOf) => keepTrial({ ...trial, sequence: asOf, since: asOf }),
    },
    registry: { standing: async () => standing },
    loader: {
      loaded: () => loaded,
      load: async (ref, placement) => {
        tried.push(ref.version);
        if (problem !== undefined && ref.version === '2') throw problem;
        put(ref, placement);
      },
      unload: (ref) => {
        const before = loaded.length;
        loaded = loaded.filter((one) => one.ref.digest !== ref.digest);
        return loaded.length < before;
      },
    },
    clock: () => new Date(now),
    logger: { info: () => undefined, warn: () => undefined },
  });
  let sequence = 0;
  return {
    models,
    tried,
    standing,
    trials: () => trials,
    loaded: () => loaded.map(({ ref, stage, canaryShare }) => `v${ref.version} ${stage} ${canaryShare}`),
    pass: (ms: number) => (now += ms),
    move: (version: string, to: string, { from = 'candidate', canaryShare = 0 } = {}) =>
      models.moved({ ref: als(version), from, to, canaryShare, sequence: ++sequence }, waiting),
  };
}

describe('following what is in production', () => {
  it('loads what was promoted, once', async () => {
    const { models, tried, move } = setUp();
    await move('1', 'production');
    await models.sync(waiting);
    expect(tried).toEqual(['1']);
  });

  it('loads what the registry names', async () => {
    const { models, standing, loaded } = setUp();
    standing.push({ ref: als('7'), placement: { stage: 'production', canaryShare: 0 } });
    await models.askRegistry(waiting);
    expect(loaded()).toEqual(['v7 production 0']);
  });

  it('keeps the old model and never tries a broken artifact again', async () => {
    const { models, tried, loaded, pass, move } = setUp(new AppError('data_loss.artifact', 'broken'));
    await move('1', 'production');
    await move('2', 'production');
    pass(3_600_000);
    await models.sync(waiting);
    expect([tried, loaded()]).toEqual([['1', '2'], ['v1 production 0']]);
    expect(models.refused()).toMatchObject([{ ref: als('2'), problem: { code: 'data_loss.artifact' } }]);
  });

  it('tries again after a while when the object store was away', async () => {
    const { models, tried, pass, move } = setUp(new AppError('unavailable.object_store', 'away'));
    await move('2', 'production');
    await models.sync(waiting);
    pass(5_000);
    await models.sync(waiting);
    expect(tried).toEqual(['2', '2']);
    expect(models.refused()).toHaveLength(1);
  });

  it('lets a version that retires serve until another takes its place', async () => {
    const { loaded, move } = setUp();
    await move('1', 'production');
    await move('1', 'retired', { from: 'production' });
    expect(loaded()).toEqual(['v1 production 0']);
    await move('2', 'production');
    expect(loaded()).toEqual(['v2 production 0']);
  });
});

describe('following what is on trial', () => {
  it('puts canaries and shadows beside what is in production, and takes them off again', async () => {
    const { loaded, move } = setUp();
    await move('1', 'production');
    await move('2', 'shadow');
    await move('3', 'canary', { canaryShare: 0.1 });
    expect(loaded()).toEqual(['v1 production 0', 'v2 shadow 0', 'v3 canary 0.1']);
    await move('2', 'candidate', { from: 'shadow' });
    await move('3', 'candidate', { from: 'canary' });
    expect(loaded()).toEqual(['v1 production 0']);
  });

  it('changes the share of a canary, and makes it what serves', async () => {
    const { loaded, move } = setUp();
    await move('1', 'production');
    await move('2', 'canary', { canaryShare: 0.1 });
    await move('2', 'canary', { from: 'canary', canaryShare: 0.5 });
    expect(loaded()).toEqual(['v1 production 0', 'v2 canary 0.5']);
    await move('2', 'production', { from: 'canary' });
    expect(loaded()).toEqual(['v2 production 0']);
  });

  it('learns from the registry what is on trial and what is not any more', async () => {
    const { models, standing, loaded, move } = setUp();
    await move('2', 'shadow');
    standing.push({ ref: als('3'), placement: { stage: 'canary', canaryShare: 0.2 } });
    await models.askRegistry(waiting);
    expect(loaded()).toEqual(['v3 canary 0.2']);
  });

  it('ends a trial at once, whatever the registry still says', async () => {
    const { models, standing, loaded, move, trials } = setUp();
    await move('3', 'canary', { canaryShare: 0.2 });
    await models.endTrial(trials()[0]!, waiting);
    standing.push({ ref: als('3'), placement: { stage: 'canary', canaryShare: 0.2 } });
    await models.askRegistry(waiting);
    expect(loaded()).toEqual([]);
  });

  it('refuses a broken canary without touching what serves', async () => {
    const { models, loaded, move } = setUp(new AppError('data_loss.artifact', 'broken'));
    await move('1', 'production');
    await move('2', 'canary', { canaryShare: 0.1 });
    expect(loaded()).toEqual(['v1 production 0']);
    expect(models.refused()).toMatchObject([{ ref: als('2') }]);
  });
});
