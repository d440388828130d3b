import { bandit } from '@attune/contracts';
import { until } from '@attune/testkit';
import { Bandits } from './fixtures/a-bandit';

const guardrails = [{ interactionType: 'hide', maxRate: 0.1, minSelections: 20 }];

/** Choices of an arm, of which the first so many are hidden. */
async function choices(bandits: Bandits, arm: string, count: number, hidden: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const { decisionId } = await bandits.select({ eligibleArms: [arm] });
    if (at < hidden) await bandits.interact(decisionId, 'hide');
  }
  await bandits.settled();
}

describe('guardrails', () => {
  it('hold an arm at its floor, say why, and let it go only when a person says so', async () => {
    await using bandits = await Bandits.start();
    await bandits.create({ guardrails });
    await choices(bandits, 'right', 30, 15);
    const held = await until('the arm is held', async () => {
      const policy = await bandits.policy();
      return policy.arms[1]!.restrainedBecause !== '' && policy;
    });
    expect(held.arms[1]!.restrainedBecause).toMatch(
      / % of \d+ choices within 5 minutes were followed by hide, at least .* beyond chance; 10.0 % are allowed$/,
    );
    expect(held.arms[1]!.statistics!.guardrailRates).toEqual({ hide: 0.5 });
    expect(held.arms[0]!.restrainedBecause).toBe('');
    const { probabilities } = await bandits.select();
    expect(probabilities[1]).toMatchObject({ name: 'right', score: 0.05 });

    const released = { ...held, arms: held.arms.map((arm) => ({ ...arm, restrainedBecause: '' })) };
    bandits.later(60);
    await bandits.client.updatePolicy({ policy: released, reason: 'repaired', requestId: '' });
    await choices(bandits, 'right', 30, 1);
    const { changes } = await bandits.client.listPolicyChanges({ policy: 'clicks', pageSize: 0, pageToken: '' });
    expect(changes.map(({ change, actor, arm }) => [change, actor, arm])).toEqual([
      ['arm_released', 'test', 'right'],
      ['arm_restrained', 'guardrail', 'right'],
      ['created', 'test', ''],
    ]);
    expect((await bandits.policy()).arms[1]!.restrainedBecause).toBe('');
  });

  it('do not hold an arm by chance, nor by few choices', async () => {
    await using bandits = await Bandits.start();
    const arms = ['left', 'right', 'bad'].map((name) => bandit.Arm.fromPartial({ name, active: true }));
    await bandits.create({ guardrails, arms });
    await choices(bandits, 'right', 19, 10);
    await choices(bandits, 'left', 30, 4);
    await choices(bandits, 'bad', 30, 30);
    // all arms are judged together
    const held = await until('one is held', async () => {
      const policy = await bandits.policy();
      const names = policy.arms.filter((arm) => arm.restrainedBecause !== '').map(({ name }) => name);
      return names.length > 0 && names;
    });
    expect(held).toEqual(['bad']);
  });
});
