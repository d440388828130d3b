import { bandit, STRATEGY_CONTEXT } from '@attune/contracts';
import { until } from '@attune/testkit';
import { Bandits } from './fixtures/a-bandit';
import { aPolicy } from './fixtures/a-policy';

describe('the bandit service', () => {
  it('chooses, learns from what people do with the choice, and shows what it knows', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const chosen = await bandits.select();
    expect(chosen).toMatchObject({ propensity: 0.5, policyVersion: 1, note: '' });
    expect(chosen.probabilities.map(({ name }) => name)).toEqual(['left', 'right']);
    await bandits.settled();
    await bandits.interact(chosen.decisionId);
    await bandits.settled();
    // Beta(1, 1) and one click: 2 of 3
    expect(await bandits.arm(chosen.arm)).toMatchObject({
      ...{ selectionCount: 1, rewardCount: 1, pendingCount: 0, rewardMean: 2 / 3 },
    });
  });

  it('chooses the better arm more and more often, and never less than the floor', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    for (let at = 0; at < 20; at++) {
      const { decisionId } = await bandits.select({ eligibleArms: ['right'] });
      await bandits.select({ eligibleArms: ['left'] });
      await bandits.interact(decisionId);
    }
    await bandits.settled();
    bandits.later(601);
    const left = await until('nothing is assumed', async () => {
      const statistics = await bandits.arm('left');
      return statistics.pendingCount === 0 && statistics;
    });
    expect(left.propensity).toBeGreaterThanOrEqual(0.05);
    expect(left.propensity).toBeLessThan(0.051);
    const { probabilities } = await until('the replica has read it', async () => {
      const answer = await bandits.select();
      return answer.probabilities[0]!.score < 0.051 && answer;
    });
    expect(probabilities[0]!.score + probabilities[1]!.score).toBeCloseTo(1, 12);
  });

  it('takes the context of strategies, and keeps none where a policy looks at none', async () => {
    await using bandits = await Bandits.start();
    const contextNames = STRATEGY_CONTEXT.map(({ name }) => name);
    await bandits.create({ name: 'strategies', kind: bandit.PolicyKind.LINEAR_THOMPSON, contextNames });
    await bandits.create();
    const context = contextNames.map((_, at) => at / 12);
    const decisionId = bandits.newId();
    const strategy = await bandits.select({ policy: 'strategies', context, decisionId, eligibleArms: ['right', 'x'] });
    const other = await bandits.select({ context, decisionId });
    expect([strategy, other]).toMatchObject([
      { decisionId, arm: 'right', propensity: 1 },
      { decisionId, propensity: 0.5 },
    ]);
    await bandits.settled();
    await bandits.interact(decisionId);
    await bandits.settled();
    expect(await bandits.arm('right', 'strategies')).toMatchObject({ rewardCount: 1, propensity: undefined });
    expect(await bandits.arm(other.arm)).toMatchObject({ rewardCount: 1 });
    const { rows } = await bandits.database.query('SELECT policy, context FROM selections ORDER BY policy');
    expect(rows).toEqual([
      { policy: 'clicks', context: [] },
      { policy: 'strategies', context },
    ]);
  });

  it('answers the same for a decision that is asked for again, and counts it once', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const decisionId = bandits.newId();
    const answers = [await bandits.select({ decisionId }), await bandits.select({ decisionId })];
    expect(answers[1]).toEqual(answers[0]);
    await bandits.settled();
    expect(await bandits.arm(answers[0]!.arm)).toMatchObject({ selectionCount: 1 });
  });

  it('gives the default arm everywhere soon after the kill switch', async () => {
    await using bandits = await Bandits.start({ replicas: 2 });
    const policy = await bandits.create();
    const off = { ...policy, enabled: false };
    await bandits.client.updatePolicy({ policy: off, reason: 'too wild', requestId: '' });
    const { client } = bandits.replicas[1]!;
    const answer = await until('the other replica knows', async () => {
      const one = await bandits.select({}, client);
      return one.note !== '' && one;
    });
    expect(answer).toMatchObject({
      ...{ arm: 'left', propensity: 1, policyVersion: 2, note: 'policy "clicks" is switched off' },
      probabilities: [
        { name: 'left', score: 1 },
        { name: 'right', score: 0 },
      ],
    });
  });

  it('forgets with a half-life, so that it follows a world that drifts', async () => {
    await using bandits = await Bandits.start();
    await bandits.create({ settings: { values: { halfLifeHours: 1 } } });
    for (let at = 0; at < 10; at++) {
      const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
      await bandits.interact(decisionId);
    }
    await bandits.settled();
    expect((await bandits.arm('left')).rewardMean).toBeCloseTo(11 / 12, 2);
    bandits.later(3_600);
    // half of ten clicks: Beta(1 + 5, 1); the age is taken on a grid of 1/1,024 half-lives
    expect((await bandits.arm('left')).rewardMean).toBeCloseTo(6 / 7, 2);
    bandits.later(20 * 3_600);
    expect((await bandits.arm('left')).rewardMean).toBeCloseTo(0.5, 2);
  });

  it('takes arms in and retires them while it runs', async () => {
    await using bandits = await Bandits.start();
    const policy = await bandits.create();
    const arms = [
      { ...policy.arms[0]! },
      { ...policy.arms[1]!, active: false },
      bandit.Arm.fromPartial({ name: 'new', active: true, prior: { mean: 0.9, weight: 20 } }),
    ];
    await bandits.client.updatePolicy({ policy: { ...policy, arms }, reason: '', requestId: '' });
    const { probabilities } = await bandits.select();
    expect(probabilities.map(({ name }) => name)).toEqual(['left', 'new']);
    expect(probabilities[1]!.score).toBeGreaterThan(0.8);
  });

  it('lists policies page by page, and everything that changed one, newest first', async () => {
    await using bandits = await Bandits.start();
    for (const name of ['a', 'b', 'c']) await bandits.create({ name });
    const first = await bandits.client.listPolicies({ pageSize: 2, pageToken: '' });
    const second = await bandits.client.listPolicies({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.policies, ...second.policies].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const policy = { ...aPolicy({ name: 'a' }), version: 1, enabled: false, explorationFloor: 0.1 };
    await bandits.client.updatePolicy({ policy, reason: 'a trial', requestId: '' });
    const { changes } = await bandits.client.listPolicyChanges({ policy: 'a', pageSize: 0, pageToken: '' });
    expect(changes.map(({ sequence, change, actor, reason }) => [sequence, change, actor, reason])).toEqual([
      [3, 'updated', 'test', 'a trial'],
      [2, 'switched_off', 'test', 'a trial'],
      [1, 'created', 'test', ''],
    ]);
    await expect(bandits.database.query("UPDATE policy_changes SET reason = 'x'")).rejects.toThrow(/append-only/);
    await expect(bandits.database.query('DELETE FROM policy_changes')).rejects.toThrow(/append-only/);
    await expect(bandits.database.query('TRUNCATE policy_changes')).rejects.toThrow(/append-only/);
  });
});
