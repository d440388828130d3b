import type { RetrainingFacts } from '../../domain/learning/decide-retraining';
import type { LearningCycle } from '../../domain/learning/learning-cycle';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import { TRAINERS } from '../../domain/trainers';
import type { Arrivals } from '../../learning-ports';
import { makeStartCycle } from './start-cycle';

const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * 86_400_000);
const SHIFT = at(9);

/** Begins a cycle of a model on day 10, of which 5,000 interactions before and so many since its training are known. */
async function begin(
  model: string,
  {
    recipe = {},
    shiftedAt = SHIFT,
    since = 2_000,
    learningFrom = 0,
    lastCycle,
    arrivals = { newest: async () => at(9.9), between: async () => since },
    trainedTo = at(8),
  }: {
    readonly recipe?: Readonly<Record<string, unknown>>;
    readonly shiftedAt?: Date | null;
    readonly since?: number;
    readonly learningFrom?: number;
    readonly lastCycle?: Partial<LearningCycle>;
    readonly arrivals?: Pick<Arrivals, 'newest' | 'between'>;
    readonly trainedTo?: Date;
  } = {},
): Promise<LearningCycle> {
  const begun: LearningCycle[] = [];
  const startCycle = makeStartCycle({
    cycles: { begin: async (cycle) => begun.push(cycle) > 0 },
    arrivals,
    trainers: TRAINERS,
    settings: { heldOutShare: 0.2, proofLeast: 1_000, historyMs: learningFrom } as LearningSettings,
    ...{ clock: () => at(10), newCycleId: () => 'cycle' },
  });
  const production = { ref: { model, version: 1, digest: 'd' }, trainedTo, settings: recipe };
  const told = shiftedAt === null ? {} : { shiftedAt };
  const facts = { model, alerts: [], ...told, arrivals: { since, before: 5_000 }, production, lastCycle };
  await startCycle(facts as unknown as RetrainingFacts, { reason: 'drift' } as never, 'attune');
  return begun[0]!;
}

describe('the beginning of a learning cycle', () => {
  it('tells a recipe that knows of shifts when tastes shifted, and lets it learn from everything', async () => {
    const { settings, learnFrom } = await begin('als', { recipe: { rank: 16, shownWeight: 0.6 } });
    expect(settings).toMatchObject({ rank: 16, tastesSince: SHIFT.toISOString() });
    expect(learnFrom).toBeUndefined();
  });

  it('keeps telling it in the cycles that follow, when the alert is over', async () => {
    const { settings } = await begin('als', {
      recipe: { shownWeight: 0.6, tastesSince: SHIFT.toISOString() },
      shiftedAt: null,
    });
    expect(settings).toMatchObject({ tastesSince: SHIFT.toISOString() });
  });

  it('does not go back to an earlier shift', async () => {
    const later = at(9.5).toISOString();
    expect((await begin('als', { recipe: { shownWeight: 0.6, tastesSince: later } })).settings).toMatchObject({
      tastesSince: later,
    });
  });

  it('lets any other recipe learn from what happened since alone, after a failure from everything', async () => {
    expect((await begin('item_item')).learnFrom).toEqual(SHIFT);
    // whose taste changed nobody can tell without what was shown and left alone
    expect(await begin('als')).toMatchObject({ learnFrom: SHIFT, settings: { tastesSince: '' } });
    const lastCycle = { failureCount: 1, learnFrom: SHIFT, stage: 'rejected' as const };
    expect((await begin('item_item', { lastCycle })).learnFrom).toBeUndefined();
  });

  it.each([
    ['nothing drifts', { shiftedAt: null }],
    ['too little happened since to prove anything', { since: 900 }],
    ['the recipe chooses how fast it forgets', { recipe: { halfLifeDays: 'auto' } }],
    ['it began after what may be learned from', { shiftedAt: at(9.95) }],
  ])('learns as usual where %s', async (_, facts) => {
    const { settings, learnFrom } = await begin('als', facts);
    expect(settings).toMatchObject({ tastesSince: '' });
    expect(learnFrom).toBeUndefined();
  });

  it('never learns from before what is kept', async () => {
    expect((await begin('item_item', { learningFrom: 1_000 })).learnFrom).toEqual(new Date(at(9.9).getTime() - 1_000));
    const recipe = { shownWeight: 0.6 };
    expect((await begin('als', { recipe, learningFrom: 86_400_000 })).learnFrom).toEqual(at(8.9));
  });

  it.each([
    ['what came since the training', { trainedTo: at(8), shiftedAt: null }, at(9.6)],
    ['five days where the training is longer ago', { trainedTo: at(1), shiftedAt: null }, at(9)],
    ['what came since tastes shifted', { trainedTo: at(1), shiftedAt: at(9) }, at(9.8)],
  ])('holds back the newest fifth of %s', async (_, facts, heldOutFrom) => {
    // 10,000 a day
    const newest = async (count: number) => at(10 - count / 10_000);
    const between = async (from: Date, to: Date) => (10_000 * (to.getTime() - from.getTime())) / 86_400_000;
    const since = await between(facts.trainedTo, at(10));
    expect((await begin('als', { ...facts, since, arrivals: { newest, between } })).heldOutFrom).toEqual(heldOutFrom);
  });
});
