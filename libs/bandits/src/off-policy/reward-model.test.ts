import { seededRandom } from '@attune/testkit';
import { aLog } from '../../tests/logs';
import { fitRewardModel } from './reward-model';

describe('fitRewardModel', () => {
  it('is the mean of an action that was chosen often and near the mean of all for one that was not', () => {
    const log = aLog({ rates: [0.2, 0.6, 0.6], probabilities: [0.6, 0.399, 0.001], rows: 20_000, seed: 1 });
    const { predict } = fitRewardModel(log, () => true);
    expect(predict(0, 0)).toBeCloseTo(0.2, 1);
    expect(predict(0, 1)).toBeCloseTo(0.6, 1);
    expect(predict(0, 2)).toBeGreaterThan(0.36);
    expect(predict(0, 2)).toBeLessThan(0.6);
  });

  it('learns from the rows of its fold alone', () => {
    const log = aLog({ rates: [0.5, 0.5], probabilities: [0.5, 0.5], rows: 2_000, seed: 2 });
    const changed = { ...log, rewards: log.rewards.map((reward, row) => (row < 1_000 ? reward : 1)) };
    const isTraining = (row: number) => row < 1_000;
    expect(fitRewardModel(changed, isTraining).predict(0, 1)).toBe(fitRewardModel(log, isTraining).predict(0, 1));
  });

  it('follows the context of each action and the position', () => {
    const random = seededRandom(3);
    const rows = 6_000;
    const contexts = Float64Array.from({ length: rows }, () => 2 * random() - 1);
    const actions = Int32Array.from({ length: rows }, () => Math.floor(2 * random()));
    const positions = Int32Array.from({ length: rows }, (_, row) => row % 2);
    const expected = (row: number, action: number) =>
      3 + (action === 0 ? 1 : -1) * contexts[row]! + (positions[row] === 1 && action === 1 ? 2 : 0);
    const rewards = Float64Array.from({ length: rows }, (_, row) => expected(row, actions[row]!) + random() - 0.5);
    const propensities = new Float64Array(rows).fill(0.5);
    const log = { actionCount: 2, actions, positions, contexts, rewards, propensities };
    const { predict } = fitRewardModel(log, () => true);
    for (let row = 0; row < 20; row++) {
      for (const action of [0, 1]) expect(Math.abs(predict(row, action) - expected(row, action))).toBeLessThan(0.1);
    }
  });
});
