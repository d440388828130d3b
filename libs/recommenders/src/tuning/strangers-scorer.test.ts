import type { Interactions } from '@attune/interactions';
import { StrangersScorer } from './strangers-scorer';

const train: Interactions = {
  userCount: 3,
  itemCount: 3,
  userIndex: Int32Array.of(0, 0, 1),
  itemIndex: Int32Array.of(1, 2, 2),
  value: Float32Array.of(1, 1, 1),
  timeMs: Float64Array.of(0, 0, 0),
};

describe('StrangersScorer', () => {
  const own = {
    scoreAll: async (users: Int32Array) => new Float32Array(users.length * 3).fill(7),
    scorePairs: async (users: Int32Array) => new Float32Array(users.length).fill(7),
  };
  const scorer = new StrangersScorer(own, train);

  it('leaves those whom the model knows to the model, and shows the others what most people have', async () => {
    expect([...(await scorer.scoreAll(Int32Array.of(2, 0)))]).toEqual([0, 1, 2, 7, 7, 7]);
    expect([...(await scorer.scorePairs(Int32Array.of(1, 2, 2), Int32Array.of(0, 1, 2)))]).toEqual([7, 1, 2]);
  });
});
