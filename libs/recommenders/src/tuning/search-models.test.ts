import { AppError } from '@attune/errors';
import { z } from 'zod';
import type { ModelDefinition } from '../model';
import type { SearchSpace } from '../search-space';
import type { SearchContext, TrialOrder } from './search';
import { searchModels } from './search-models';
import { tuneModel } from './tune-model';

/** A model that is only searched, never trained. */
function modelOf(name: string, searchSpace: SearchSpace): ModelDefinition {
  const fit = () => Promise.reject(new Error('not trained here'));
  const settings = z.record(z.string(), z.unknown());
  return { name, description: name, tasks: ['ranking'], needs: [], settings, searchSpace, fit };
}

const one = (start: SearchSpace['start']): SearchSpace => ({
  start,
  dimensions: { x: { kind: 'linear', low: 0, high: 1 } },
});

/** A search in made-up time: every trial takes `seconds` (1 by default), and what it finds is `valueOf`. */
function contextOf({
  qualityOf,
  seconds: secondsOf = 1,
  budgetSeconds = 1_000,
}: {
  qualityOf: (order: TrialOrder) => number;
  seconds?: number | ((model: string) => number);
  budgetSeconds?: number;
}): SearchContext & { readonly orders: TrialOrder[] } {
  const orders: TrialOrder[] = [];
  let now = 0;
  return {
    orders,
    main: { name: 'ndcg@10', isHigherBetter: true },
    budgetSeconds,
    elapsed: () => now,
    seed: 1,
    runTrial: async (order) => {
      orders.push(order);
      const seconds = typeof secondsOf === 'number' ? secondsOf : secondsOf(order.model);
      if (seconds * 1_000 > order.timeoutMs) {
        now += order.timeoutMs / 1_000;
        throw new AppError('deadline.child', 'too long');
      }
      now += seconds;
      const value = qualityOf(order);
      return { value: { value, low: value, high: value }, seconds };
    },
  };
}

describe('the search over models', () => {
  const good = modelOf('good', one([{ x: 0.2 }, { x: 0.9 }]));
  const bad = modelOf('bad', one([{ x: 0.2 }, { x: 0.9 }]));
  const qualityOf = ({ model, settings }: TrialOrder) =>
    model === 'good' ? 1 - Math.abs(Number(settings.x) - 0.7) : 0.1;

  it('tries a start of every model, drops hopeless ones, and looks near the best', async () => {
    const context = contextOf({ qualityOf });
    const { ranked, tried } = await searchModels({ ...context, candidates: [bad, good] });
    expect(tried.filter(({ model }) => model === 'bad')).toHaveLength(1);
    expect(ranked.map(({ model }) => model)).toEqual(['good', 'bad']);
    // better than the nearest start, which has 0.8
    expect(ranked[0]!.value.value).toBeGreaterThan(0.9);
    expect(tried.length).toBeLessThanOrEqual(60);
  });

  it('leaves time to train the best once more', async () => {
    const context = contextOf({ qualityOf, seconds: 10, budgetSeconds: 55 });
    await searchModels({ ...context, candidates: [bad, good] });
    expect(context.elapsed()).toBeLessThanOrEqual(45);
    expect(context.orders.length).toBeGreaterThan(2);
  });

  it('gives a model more time where hardly one was ready in its share of the budget', async () => {
    const slow = modelOf('slow', one([{ x: 0.5 }]));
    const context = contextOf({
      qualityOf: ({ model }) => (model === 'slow' ? 0.9 : 0.1),
      seconds: (model) => (model === 'slow' ? 30 : 1),
    });
    const { ranked } = await searchModels({ ...context, budgetSeconds: 100, candidates: [bad, slow] });
    expect(ranked[0]!.model).toBe('slow');
  });

  it('goes on where a model fails, and says why', async () => {
    const context = contextOf({
      qualityOf: (order) => {
        if (order.model === 'bad') throw new AppError('internal.diverged', 'the loss is not a number');
        return qualityOf(order);
      },
    });
    const { ranked, tried } = await searchModels({ ...context, candidates: [bad, good] });
    expect(ranked[0]!.model).toBe('good');
    expect(tried[0]).toMatchObject({ model: 'bad', problem: 'the loss is not a number' });
  });

  it('gives the first trial time to end even where the budget is smaller', async () => {
    const context = contextOf({ qualityOf, seconds: 20, budgetSeconds: 10 });
    const { ranked } = await searchModels({ ...context, candidates: [good] });
    expect(ranked).toHaveLength(1);
    expect(context.orders).toHaveLength(1);
  });

  it('says that nothing could be trained in the time', async () => {
    const context = contextOf({ qualityOf, seconds: 500, budgetSeconds: 10 });
    await expect(searchModels({ ...context, candidates: [good] })).rejects.toThrow(/good: took too long/);
  });

  it('finds the least of an error', async () => {
    const context = { ...contextOf({ qualityOf }), main: { name: 'rmse', isHigherBetter: false } };
    const { ranked } = await searchModels({ ...context, candidates: [bad, good] });
    expect(ranked[0]!.model).toBe('bad');
  });

  it('tries the same settings in the same order with the same seed', async () => {
    const [first, second] = [contextOf({ qualityOf }), contextOf({ qualityOf })];
    await searchModels({ ...first, candidates: [bad, good] });
    await searchModels({ ...second, candidates: [bad, good] });
    expect(second.orders).toEqual(first.orders);
  });
});

describe('tuning a model', () => {
  const space: SearchSpace = {
    start: [{ x: 0.1 }],
    dimensions: { x: { kind: 'linear', low: 0, high: 1 } },
    effort: { setting: 'epochs', low: 1, high: 9 },
  };
  const qualityOf = ({ settings }: TrialOrder) =>
    1 - Math.abs(Number(settings.x) - 0.7) + 0.01 * Number(settings.epochs ?? 0);

  it('gives most candidates little effort, and the best of them all of it', async () => {
    const context = contextOf({ qualityOf });
    const { best } = await tuneModel({ ...context, model: modelOf('m', space), fixed: {} });
    const firstRounds = context.orders.slice(0, 27 + 9 + 3).map(({ settings }) => settings.epochs);
    expect([1, 3, 9].map((epochs) => firstRounds.filter((x) => x === epochs).length)).toEqual([27, 9, 3]);
    expect(best.settings.epochs).toBe(9);
    expect(Number(best.settings.x)).toBeGreaterThan(0.65);
    expect(Number(best.settings.x)).toBeLessThan(0.75);
  });

  it('keeps settings that are fixed', async () => {
    const context = contextOf({ qualityOf });
    await tuneModel({ ...context, model: modelOf('m', space), fixed: { x: 0.3, epochs: 2 } });
    expect(new Set(context.orders.map(({ settings }) => `${settings.x} ${settings.epochs}`))).toEqual(
      new Set(['0.3 2']),
    );
  });

  it('ends within its budget with the best it has', async () => {
    const context = contextOf({ qualityOf, seconds: 10, budgetSeconds: 100 });
    const { best } = await tuneModel({ ...context, model: modelOf('m', space), fixed: {} });
    expect(context.elapsed()).toBeLessThanOrEqual(100);
    expect(best.value.value).toBeGreaterThan(0);
  });
});
