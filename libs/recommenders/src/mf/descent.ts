import { type MfSgd, openMfSgd, randomOrder, seededNormal, seededUniform } from '@attune/kernels';
import type { MfSettings } from './mf-settings';
import type { RatingData } from './rating-data';

// biases have many ratings each and need little pull
const BIAS_REGULARIZATION = 0.02;

/** A descent at its start: short random vectors and no biases, from the seed. */
export function openDescent(data: RatingData, { rank, initStd, seed }: MfSettings): MfSgd {
  const { users, items, standardized } = data;
  const userOf = new Int32Array(standardized.length);
  for (let user = 0; user < users.rowCount; user++) userOf.fill(user, users.offsets[user], users.offsets[user + 1]);
  const sgd = openMfSgd({
    userCount: users.rowCount,
    itemCount: items.rowCount,
    users: userOf,
    items: users.others,
    ratings: standardized,
    rank,
  });
  const normal = seededNormal(seed);
  for (const table of [sgd.state.userFactors, sgd.state.itemFactors]) {
    for (let at = 0; at < table.length; at++) table[at] = (initStd / Math.sqrt(rank)) * normal();
  }
  return sgd;
}

/** One pass over all ratings in an order that seed and number of the pass decide; returns the mean squared error on the way. */
export function descend(sgd: MfSgd, count: number, iteration: number, settings: MfSettings): number {
  const { seed, learningRate, regularization } = settings;
  const order = randomOrder(count, seededUniform(seed ^ Math.imul(iteration, 0x9e3779b9)));
  return sgd.descend(order, { learningRate, regularization, biasRegularization: BIAS_REGULARIZATION }) / count;
}
