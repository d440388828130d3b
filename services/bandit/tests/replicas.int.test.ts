import { bandit, TOPICS } from '@attune/contracts';
import { seededRandom, until } from '@attune/testkit';
import { makeOnPolicyEvent } from '../src/events/on-policy-event';
import { PostgresFoldStore } from '../src/storage/postgres-fold-store';
import { makeApplyEvents } from '../src/use-cases/apply-events';
import { Bandits } from './fixtures/a-bandit';

const COUNT = 200;

describe('several replicas', () => {
  it('lose no choice and no reward, though all choose and hear of rewards at once', async () => {
    await using bandits = await Bandits.start({ replicas: 2 });
    await bandits.create();
    await bandits.create({ name: 'other', kind: bandit.PolicyKind.EPSILON_GREEDY });
    await Promise.all(
      Array.from({ length: COUNT }, async (_, at) => {
        const { client } = bandits.replicas[at % 2]!;
        const policy = at % 4 < 2 ? 'clicks' : 'other';
        const { decisionId } = await bandits.select({ policy }, client);
        if (at % 5 === 0) await bandits.interact(decisionId);
        else if (at % 5 === 1) {
          await client.recordReward({ decisionId, reward: 1, rewardId: 'r', earnedAt: undefined, policy: '' });
        }
      }),
    );
    await bandits.settled();
    for (const name of ['clicks', 'other']) {
      const { arms } = await bandits.policy(name);
      const sum = (of: (statistics: bandit.ArmStatistics) => number) =>
        arms.reduce((all, { statistics }) => all + of(statistics!), 0);
      expect([sum((one) => one.selectionCount), sum((one) => one.rewardCount)]).toEqual([COUNT / 2, COUNT / 5]);
    }
  });

  it('count a choice and a reward once that both of them are told at the same time', async () => {
    await using bandits = await Bandits.start({ replicas: 2 });
    await bandits.create();
    const decisionId = bandits.newId();
    const clients = bandits.replicas.map(({ client }) => client);
    await Promise.all(clients.map((client) => bandits.select({ decisionId, eligibleArms: ['left'] }, client)));
    const reward = { decisionId, reward: 0.5, rewardId: 'r', earnedAt: undefined, policy: '' };
    const answers = await Promise.all(clients.map((client) => client.recordReward(reward)));
    expect(answers.map(({ counted }) => counted).sort()).toEqual([false, true]);
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1, rewardMean: 0.5 });
  });

  it('let only one of two changes through that are based on the same version', async () => {
    await using bandits = await Bandits.start({ replicas: 2 });
    const policy = await bandits.create();
    const changes = bandits.replicas.map(({ client }, at) =>
      client.updatePolicy({ policy: { ...policy, explorationFloor: 0.1 + at / 10 }, reason: '', requestId: '' }),
    );
    const outcomes = await Promise.allSettled(changes);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((one) => one.status === 'rejected')!.reason).toMatchObject({
      code: 'conflict.policy_version',
    });
    expect(await bandits.policy()).toMatchObject({ version: 2 });
  });

  it('go on where the one before stopped', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
    const before = bandits.replicas.shift()!;
    await before.client[Symbol.asyncDispose]();
    await before.service[Symbol.asyncDispose]();
    await bandits.interact(decisionId);
    await bandits.add();
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1 });
  });
});

describe('the state of a policy', () => {
  it('is rebuilt from the log byte for byte', async () => {
    await using bandits = await Bandits.start();
    const random = seededRandom(7);
    const contextNames = ['a', 'b', 'c'];
    const settings = { values: { halfLifeHours: 2 } };
    await bandits.create({
      kind: bandit.PolicyKind.LINUCB,
      contextNames,
      settings,
      rewards: { click: 0.7, like: 0.3 },
    });
    for (let at = 0; at < 120; at++) {
      const { decisionId } = await bandits.select({ context: contextNames.map(() => random() - 0.5) });
      if (random() < 0.4) await bandits.interact(decisionId, random() < 0.5 ? 'click' : 'like');
      if (random() < 0.2) await bandits.interact(decisionId, 'like');
      bandits.later(30 * random());
    }
    bandits.later(601);
    await bandits.settled();
    await until('nothing is assumed', async () => {
      const { arms } = await bandits.policy();
      return arms.every(({ statistics }) => statistics!.pendingCount === 0);
    });
    await bandits.settled();
    const before = await bandits.stateBytes();
    expect(before.length).toBeGreaterThan(200);
    for (const { client, service } of bandits.replicas.splice(0)) {
      await client[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    }
    await bandits.database.query('TRUNCATE policy_states, selections, outcomes, arm_minutes, waiting_events');

    const onPolicyEvent = makeOnPolicyEvent({
      applyEvents: makeApplyEvents({ folds: new PostgresFoldStore(bandits.database) }),
      settleWaiting: async () => undefined,
    });
    const records = await Array.fromAsync(bandits.eventLog.read(TOPICS.policies.name, { from: 'start' }));
    // In other batches than the first time, and every third record twice.
    for (let at = 0; at < records.length; at += 7) {
      const batch = records.slice(at, at + 7);
      await onPolicyEvent([...batch, ...batch.filter((_, index) => index % 3 === 0)], {
        deadLetter: (_, reason) => Promise.reject(reason),
      });
    }
    expect(await bandits.stateBytes()).toBe(before);
  });
});
