import { waiting } from '../../tests/fixtures/a-request';
import { HOME } from '../domain/built-in-surfaces';
import { type ArmQuestion, type BanditChoice, makeAskPolicy } from './ask-policy';
import { makeChooseExploration } from './choose-exploration';

const surface = {
  ...HOME,
  sources: { fresh: 10, content: 10 },
  exploration: { share: 0.2, pool: 10, policy: 'explorer' },
};
const question = { surface, userId: 'ann', decisionId: 'slate-1', context: [{ name: 'activity', score: 0.5 }] };

function setUp(choice: BanditChoice) {
  const asked: ArmQuestion[] = [];
  const askPolicy = makeAskPolicy({
    bandit: {
      select: async (one) => {
        asked.push(one);
        return choice;
      },
    },
    circuit: { failures: 3, retryMs: 5_000 },
    clock: () => new Date(0),
  });
  return { choose: () => makeChooseExploration({ askPolicy }).choose(question, waiting), asked };
}

const told = (...entries: [string, number][]) => entries.map(([name, score]) => ({ name, score }));

describe('choosing where to explore', () => {
  it('is among the runners-up and the sources of the surface, for the slate', async () => {
    const probabilities = told(['runners_up', 0.5], ['fresh', 0.3], ['content', 0.2]);
    const { choose, asked } = setUp({ arm: 'fresh', propensity: 0.3, probabilities });
    expect(await choose()).toEqual({
      arm: 'fresh',
      probabilities: new Map([
        ['runners_up', 0.5],
        ['fresh', 0.3],
        ['content', 0.2],
      ]),
    });
    expect(asked).toEqual([
      {
        ...{ policy: 'explorer', userId: 'ann', context: [0.5], decisionId: 'slate-1' },
        eligibleArms: ['runners_up', 'fresh', 'content'],
      },
    ]);
  });

  it('needs no other probabilities of an arm that is certain', async () => {
    const { choose } = setUp({ arm: 'runners_up', propensity: 1, probabilities: [] });
    expect((await choose()).probabilities).toEqual(new Map([['runners_up', 1]]));
  });

  it.each([
    [{ arm: 'magic', propensity: 1, probabilities: [] }, /"magic".*can draw from runners_up, fresh, content/],
    [{ arm: 'fresh', propensity: 0.5, probabilities: [] }, /add up to 0.5/],
    [{ arm: 'fresh', propensity: 0.5, probabilities: told(['fresh', 0.5], ['content', 0.4]) }, /add up to 0.9/],
    [{ arm: 'fresh', propensity: 0.5, probabilities: told(['content', 1]) }, /cannot be/],
    [{ arm: 'fresh', propensity: 0.5, probabilities: told(['fresh', 1.5], ['content', -0.5]) }, /cannot be/],
    [{ arm: 'fresh', propensity: 0, probabilities: [] }, /probability of 0/],
  ])('refuses the answer %j: no propensity could be said by it', async (choice, message) => {
    await expect(setUp(choice).choose()).rejects.toThrow(message);
  });
});
