import { bandit } from '@attune/contracts';
import { decisionIdAt } from '@attune/decision-ids';
import { seededRandom, until } from '@attune/testkit';
import { Bandits } from './fixtures/a-bandit';

const armWith = (name: string, mean: number, weight: number) =>
  bandit.Arm.fromPartial({ name, active: true, prior: { mean, weight } });

const RATES: Readonly<Record<string, number>> = { left: 0.2, right: 0.6 };

describe('off-policy evaluation', () => {
  it('estimates from logged choices what other policies would have earned', async () => {
    await using bandits = await Bandits.start();
    const random = seededRandom(11);
    await bandits.create({
      ...{ kind: bandit.PolicyKind.EPSILON_GREEDY, settings: { values: { epsilon: 0.6 } } },
      arms: [armWith('left', 0.5, 1_000), armWith('right', 0.1, 1_000)],
    });
    await bandits.create({
      ...{ name: 'right-only', defaultArm: 'right', explorationFloor: 0 },
      arms: [armWith('left', 0.01, 2_000), armWith('right', 0.99, 2_000)],
    });
    // Chance comes from the ids, and nothing is learned before all are chosen: every run sees the same choices.
    const bytes = () => Uint8Array.from({ length: 10 }, () => 256 * random());
    const ids = Array.from({ length: 600 }, () => decisionIdAt(bandits.now, bytes()));
    const chosen: bandit.SelectArmResponse[] = [];
    for (let at = 0; at < ids.length; at += 20) {
      const some = ids.slice(at, at + 20).map((decisionId) => bandits.select({ decisionId }));
      chosen.push(...(await Promise.all(some)));
    }
    await bandits.settled();
    for (const { arm, decisionId } of chosen) if (random() < RATES[arm]!) await bandits.interact(decisionId);
    await bandits.settled();
    bandits.later(601);
    await until('all is resolved', async () => {
      const { arms } = await bandits.policy();
      return arms.every(({ statistics }) => statistics!.pendingCount === 0);
    });
    const evaluate = (targetPolicy: string) =>
      bandits.client.evaluatePolicy(bandit.EvaluatePolicyRequest.fromPartial({ policy: 'clicks', targetPolicy }));
    const uniform = await evaluate('');
    expect(uniform.decisionCount).toBe(600);
    expect(uniform.estimates.map(({ estimator }) => estimator)).toEqual([
      ...['ips', 'snips', 'direct', 'doubly_robust', 'switch'],
    ]);
    const snips = ({ estimates }: bandit.EvaluatePolicyResponse) =>
      estimates.find(({ estimator }) => estimator === 'snips')!;
    // the seed is fixed; intervals hold the truth 95 times of 100
    expect(snips(uniform).low).toBeLessThan(0.4);
    expect(snips(uniform).high).toBeGreaterThan(0.4);
    const right = snips(await evaluate('right-only'));
    expect(right.low).toBeLessThan(0.6);
    expect(right.high).toBeGreaterThan(0.6);
    expect(right.value).toBeGreaterThan(snips(uniform).value);
  });

  it('refuses where the log cannot answer', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
    await bandits.settled();
    await bandits.interact(decisionId);
    await bandits.settled();
    bandits.later(1);
    const { estimates } = await bandits.client.evaluatePolicy(
      bandit.EvaluatePolicyRequest.fromPartial({ policy: 'clicks', estimators: ['ips'] }),
    );
    expect(estimates).toMatchObject([{ estimator: 'ips', refusal: { code: 'failed_precondition.small_sample' } }]);
  });
});
