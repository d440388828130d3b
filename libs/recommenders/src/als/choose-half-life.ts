import { evaluate } from '@attune/evaluation';
import { filterInteractions, type Interactions } from '@attune/interactions';
import { holdOutNewest } from '../hold-out-newest';
import type { FitRequest, ModelDefinition } from '../model';
import { NO_AGEING_DAYS } from '../weights/age-factors';
import type { AlsSettings } from './als-settings';

/** From never to a day, longest first: a taste that changed last week needs the short ones. */
const HALF_LIVES_DAYS = [NO_AGEING_DAYS, 90, 30, 10, 3, 1];
/** So few of each user's newest that what came before them, and is as new, stays to learn from. */
const HELD_SHARE = 0.05;
/** Beyond so many users the choice hardly gets surer. */
const MOST_USERS = 2_000;
/** The order of the half-lives shows long before vectors have settled. */
const MOST_ITERATIONS = 6;

/**
 * The half-life with which the rest of the data predicts each user's newest choices best (NDCG@10 over all items), the longer one where
 * two are equal; without ageing where times are unknown or nobody has two choices.
 */
export async function chooseHalfLife(
  { data, settings, signal }: FitRequest<AlsSettings>,
  fit: ModelDefinition<AlsSettings>['fit'],
): Promise<number> {
  const { rest, held } = holdOutNewest(data.interactions, HELD_SHARE, settings.seed);
  const test = ofFirstUsers(held);
  if (test.userIndex.length === 0 || test.timeMs.some((time) => Number.isNaN(time))) return NO_AGEING_DAYS;
  let best = { halfLifeDays: NO_AGEING_DAYS, value: Number.NEGATIVE_INFINITY };
  for (const halfLifeDays of HALF_LIVES_DAYS) {
    const iterations = Math.min(settings.iterations, MOST_ITERATIONS);
    await using scorer = await fit({
      // what was held out is in showings and in what came before a shift, too
      ...{ data: { interactions: rest }, signal },
      settings: { ...settings, halfLifeDays, iterations },
    });
    const { metrics, main } = await evaluate({
      ...{ scorer, train: rest, test, protocol: 'full-ranking' as const, seed: settings.seed, resamples: 1 },
      detail: 'accuracy',
    });
    const value = metrics[main.name]!.value;
    if (value > best.value) best = { halfLifeDays, value };
  }
  return best.halfLifeDays;
}

function ofFirstUsers(held: Interactions): Interactions {
  const users = new Set<number>();
  return filterInteractions(held, (entry) => {
    const user = held.userIndex[entry]!;
    if (users.size < MOST_USERS) users.add(user);
    return users.has(user);
  });
}
