import { bandit } from '@attune/contracts';
import { Bandits } from './fixtures/a-bandit';
import { aPolicy } from './fixtures/a-policy';

let bandits: Bandits;
let strategies: bandit.Policy;

beforeAll(async () => {
  bandits = await Bandits.start();
  await bandits.create();
  strategies = await bandits.create({
    ...{ name: 'strategies', kind: bandit.PolicyKind.LINUCB, contextNames: ['a', 'b'] },
  });
});

afterAll(() => bandits[Symbol.asyncDispose]());

const arm = (given: Partial<bandit.Arm>) => bandit.Arm.fromPartial({ active: true, ...given });
const inThe = (field: string) =>
  expect.arrayContaining([expect.objectContaining({ field: expect.stringContaining(field) })]);

describe('bad input', () => {
  const refused: [string, Partial<bandit.Policy>, string][] = [
    ['a name with capitals', { name: 'Clicks' }, 'name'],
    ['no kind', { kind: 0 }, 'kind'],
    ['no arms', { arms: [] }, 'arms'],
    ['arms of one name', { arms: [arm({ name: 'left' }), arm({ name: 'left' })] }, 'arms'],
    ['51 arms', { arms: Array.from({ length: 51 }, (_, at) => arm({ name: `left${at || ''}` })) }, 'arms'],
    [
      'a book about why an arm is held',
      { arms: [arm({ name: 'left', restrainedBecause: 'x'.repeat(1_001) })] },
      'restrained_because',
    ],
    ['a default that is no arm', { defaultArm: 'up' }, 'default_arm'],
    ['a floor that does not fit', { explorationFloor: 0.6 }, 'exploration_floor'],
    ['a negative floor', { explorationFloor: -0.1 }, 'exploration_floor'],
    ['a context for a kind without one', { contextNames: ['a'] }, 'context_names'],
    ['equal context names', { kind: bandit.PolicyKind.LINUCB, contextNames: ['a', 'a'] }, 'context_names'],
    ['an endless window', { rewardWindowSeconds: Number.POSITIVE_INFINITY }, 'reward_window_seconds'],
    ['a negative window', { rewardWindowSeconds: -5 }, 'reward_window_seconds'],
    ['patience beyond the window', { assumeNothingAfterSeconds: 100_000 }, 'assume_nothing_after_seconds'],
    ['a reward above a click', { rewards: { click: 2 } }, 'rewards'],
    ['a negative reward', { rewards: { click: -1 } }, 'rewards'],
    ['a reward for what nobody can do', { rewards: { dance: 1 } }, 'rewards'],
    ['a setting of another kind', { settings: { values: { epsilon: 0.1 } } }, 'settings.epsilon'],
    ['a belief that cannot be', { arms: [arm({ name: 'left', prior: { mean: 2, weight: 1 } })] }, 'priors.left'],
    [
      'a guardrail of everything',
      { guardrails: [{ interactionType: 'hide', maxRate: 1, minSelections: 0 }] },
      'max_rate',
    ],
    [
      'a guardrail of what nobody can do',
      { guardrails: [{ interactionType: 'dance', maxRate: 0.1, minSelections: 0 }] },
      'interaction_type',
    ],
  ];

  it.each(refused)('%s makes no policy', async (_, given, field) => {
    const policy = aPolicy({ name: 'new', ...given });
    await expect(bandits.client.createPolicy({ policy, requestId: '' })).rejects.toMatchObject({
      code: expect.stringMatching(/^invalid\./),
      violations: inThe(field),
    });
    await expect(bandits.policy('new')).rejects.toMatchObject({ code: 'not_found.policy' });
  });

  it('everything that is wrong is said at once', async () => {
    const policy = aPolicy({ name: 'New', explorationFloor: 3, settings: { values: { epsilon: 1 } } });
    await expect(bandits.client.createPolicy({ policy, requestId: '' })).rejects.toMatchObject({
      violations: ['name', 'settings.epsilon', 'exploration_floor'].map((field) => expect.objectContaining({ field })),
    });
  });

  it('a name that is taken makes no policy', async () => {
    await expect(bandits.create()).rejects.toMatchObject({ code: 'exists.policy' });
  });

  it.each([
    ['a policy that does not exist', { policy: 'nobody' }, 'not_found.policy', 'does not exist'],
    ['a context that is too short', { context: [1] }, 'invalid.context', 'must have 2 components (a, b); it has 1'],
    ['a context that is no number', { context: [1, Number.NaN] }, 'invalid.context', 'context[1]'],
    ['arms that it does not have', { context: [1, 2], eligibleArms: ['up'] }, 'invalid.eligible_arms', 'up'],
    ['an id that is no UUID', { context: [1, 2], decisionId: 'x' }, 'invalid.decision_id', 'UUID of version 7'],
  ])('%s is not chosen for', async (_, given, code, text) => {
    await expect(bandits.select({ policy: 'strategies', ...given })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it.each([
    ['based on another version', { version: 7 }, 'conflict.policy_version', ''],
    ['of another kind', { kind: bandit.PolicyKind.LINEAR_THOMPSON }, 'invalid.policy', 'kind'],
    ['with another context', { contextNames: ['a', 'c'] }, 'invalid.policy', 'context_names'],
    ['without an arm that was there', { arms: [arm({ name: 'left' })] }, 'invalid.policy', 'arms'],
    ['with another half-life', { settings: { values: { halfLifeHours: 1 } } }, 'invalid.policy', 'halfLifeHours'],
  ])('a change %s changes nothing', async (_, given, code, field) => {
    const policy = { ...strategies, ...given };
    const update = bandits.client.updatePolicy({ policy, reason: '', requestId: '' });
    await expect(update).rejects.toMatchObject({ code, ...(field === '' ? {} : { violations: inThe(field) }) });
    expect(await bandits.policy('strategies')).toMatchObject({ version: 1 });
  });

  it.each([
    ['an estimator that does not exist', { estimators: ['magic'] }, 'invalid.estimators'],
    ['a policy that does not exist', { policy: 'nobody' }, 'not_found.policy'],
    ['a target that does not exist', { targetPolicy: 'nobody' }, 'not_found.policy'],
    ['times that are turned round', { from: new Date(2), to: new Date(1) }, 'invalid.request'],
    ['a log that is empty', {}, 'failed_precondition.no_decisions'],
  ])('%s is not evaluated', async (_, given, code) => {
    const request = bandit.EvaluatePolicyRequest.fromPartial({ policy: 'clicks', ...given });
    await expect(bandits.client.evaluatePolicy(request)).rejects.toMatchObject({ code });
  });
});
