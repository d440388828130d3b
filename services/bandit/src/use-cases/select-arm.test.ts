import { aPolicy, KNOWN_AT } from '../../tests/fixtures/domain';
import type { Policy } from '../domain/policy';
import type { Selection } from '../domain/policy-event';
import { armsOf, rulesOf } from '../domain/policy-rules';
import { makeSelectArm, type SelectArmQuestion } from './select-arm';

const ID = '019de35c-5a00-7000-8000-000000000001';

function selecting(policy: Policy, uniform = 0.9) {
  const published: Selection[] = [];
  const shelved = {
    policy,
    states: new Map(),
    rules: rulesOf(policy),
    arms: armsOf(policy, new Map()),
  };
  const selectArm = makeSelectArm({
    policies: { get: async () => shelved, all: async () => [policy] },
    publisher: { publish: (selection) => void published.push(selection) },
    clock: () => KNOWN_AT,
    newDecisionId: () => ID,
    uniformOf: () => uniform,
  });
  const ask = (given: Partial<SelectArmQuestion> = {}) =>
    selectArm({ policy: policy.name, context: [], eligibleArms: [], decisionId: '', ...given });
  return { ask, published };
}

describe('selectArm', () => {
  it('publishes what it answers, with the chance of it', async () => {
    const { ask, published } = selecting(aPolicy());
    const { note, ...answer } = await ask();
    expect(answer).toMatchObject({ arm: 'right', propensity: 0.5, decisionId: ID, selectedAt: KNOWN_AT });
    expect([note, published]).toEqual(['', [answer]]);
  });

  it('gives a held arm its floor and no more', async () => {
    const arms = aPolicy().arms.map((arm) => ({ ...arm, restrainedBecause: arm.name === 'right' ? 'hides' : '' }));
    const { probabilities } = await selecting(aPolicy({ arms })).ask();
    expect(probabilities).toEqual([
      { arm: 'left', probability: expect.closeTo(0.95, 12) },
      { arm: 'right', probability: 0.05 },
    ]);
  });

  it('gives the default arm where the policy is off, or the first that may be chosen', async () => {
    const { ask } = selecting(aPolicy({ isEnabled: false }));
    expect(await ask()).toMatchObject({ arm: 'left', propensity: 1 });
    expect(await ask({ eligibleArms: ['right'] })).toMatchObject({ arm: 'right', propensity: 1 });
  });

  it('chooses among what the caller offers and the policy knows', async () => {
    const { ask, published } = selecting(aPolicy());
    expect(await ask({ eligibleArms: ['left', 'unheard-of'] })).toMatchObject({ arm: 'left', propensity: 1 });
    await expect(ask({ eligibleArms: ['unheard-of'] })).rejects.toMatchObject({ code: 'invalid.eligible_arms' });
    expect(published).toHaveLength(1);
  });
});
