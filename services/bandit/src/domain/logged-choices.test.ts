import { aKnownSelection, aPolicy } from '../../tests/fixtures/domain';
import { columnsOf, judgeChoice } from './logged-choices';
import { armsOf, rulesOf } from './policy-rules';

const names = ['left', 'right', 'gone'];
const policyOf = (arms: readonly string[]) => {
  const policy = aPolicy({ arms: arms.map((name) => ({ name, isActive: true, restrainedBecause: '' })) });
  return { rules: rulesOf(policy), arms: armsOf(policy, new Map()), atMs: 0 };
};
const drawn = (...probabilities: readonly [string, number][]) =>
  aKnownSelection({ probabilities: probabilities.map(([arm, probability]) => ({ arm, probability })) });

describe('judgeChoice', () => {
  it('draws evenly among the arms that could be chosen then', () => {
    const judged = judgeChoice(drawn(['left', 0.9], ['right', 0.1]), names, undefined);
    expect([...judged!.probabilities]).toEqual([0.5, 0.5, 0]);
  });

  it('asks the target only for arms that could be chosen then', () => {
    const judged = judgeChoice(drawn(['left', 1]), names, policyOf(['left', 'right']));
    expect([...judged!.probabilities]).toEqual([1, 0, 0]);
  });

  it('leaves out where the target could choose nothing, and where the policy was off', () => {
    expect(judgeChoice(drawn(['gone', 1]), names, policyOf(['left']))).toBeUndefined();
    expect(judgeChoice(drawn(['left', 1], ['right', 0]), names, undefined)).toBeUndefined();
  });

  it('makes columns in which every row keeps its own probabilities', () => {
    const choices = [drawn(['left', 0.9], ['right', 0.1]), drawn(['left', 1])].map((one) =>
      judgeChoice({ ...one, context: [1, 2], reward: 0.5 }, names, undefined),
    );
    const { log, target } = columnsOf(
      choices.map((one) => one!),
      names,
      2,
    );
    expect(log).toMatchObject({ actionCount: 3, actions: Int32Array.of(0, 0), rewards: Float64Array.of(0.5, 0.5) });
    expect([...log.contexts!]).toEqual([1, 2, 1, 2]);
    expect([target(0), target(1)].map((row) => [...row])).toEqual([
      [0.5, 0.5, 0],
      [1, 0, 0],
    ]);
  });
});
