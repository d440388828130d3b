import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import type { ModelRef } from '../domain/decision';
import type { LoadedModel, ModelPointer } from '../ports';
import { makeFollowModels } from './follow-models';

const als = (version: string): ModelRef => ({ name: 'als', version, digest: `digest-${version}` });

function setUp(problem?: AppError) {
  let now = 0;
  let pointers: ModelPointer[] = [];
  let loaded: LoadedModel[] = [];
  const tried: string[] = [];
  const keep = (pointer: ModelPointer) => {
    pointers = [...pointers.filter(({ ref }) => ref.name !== pointer.ref.name), pointer];
  };
  const inProduction: ModelRef[] = [];
  const models = makeFollowModels({
    pointers: {
      all: async () => pointers,
      advance: async (pointer) => keep(pointer),
      correct: async (ref, asOf) => keep({ ref, sequence: asOf }),
    },
    registry: { inProduction: async () => inProduction },
    loader: {
      loaded: () => loaded,
      load: async (ref) => {
        tried.push(ref.version);
        if (problem !== undefined && ref.version === '2') throw problem;
        loaded = [{ ref, kind: 'als', loadedAt: new Date(0), itemCount: 1, userCount: 1, callCount: 0 }];
      },
    },
    clock: () => new Date(now),
    logger: { info: () => undefined, warn: () => undefined },
  });
  return {
    models,
    tried,
    inProduction,
    loaded: () => loaded.map(({ ref }) => ref.version),
    pass: (ms: number) => (now += ms),
  };
}

describe('followModels', () => {
  it('loads what was promoted, once', async () => {
    const { models, tried } = setUp();
    await models.promoted({ ref: als('1'), sequence: 1 }, waiting);
    await models.sync(waiting);
    expect(tried).toEqual(['1']);
  });

  it('loads what the registry names', async () => {
    const { models, inProduction, loaded } = setUp();
    inProduction.push(als('7'));
    await models.askRegistry(waiting);
    expect(loaded()).toEqual(['7']);
  });

  it('keeps the old model and never tries a broken artifact again', async () => {
    const { models, tried, loaded, pass } = setUp(new AppError('data_loss.artifact', 'broken'));
    await models.promoted({ ref: als('1'), sequence: 1 }, waiting);
    await models.promoted({ ref: als('2'), sequence: 2 }, waiting);
    pass(3_600_000);
    await models.sync(waiting);
    expect([tried, loaded()]).toEqual([['1', '2'], ['1']]);
    expect(models.refused()).toMatchObject([{ ref: als('2'), problem: { code: 'data_loss.artifact' } }]);
  });

  it('tries again after a while when the object store was away', async () => {
    const { models, tried, pass } = setUp(new AppError('unavailable.object_store', 'away'));
    await models.promoted({ ref: als('2'), sequence: 2 }, waiting);
    await models.sync(waiting);
    pass(5_000);
    await models.sync(waiting);
    expect(tried).toEqual(['2', '2']);
    expect(models.refused()).toHaveLength(1);
  });
});
