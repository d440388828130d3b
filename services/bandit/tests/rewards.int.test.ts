import type { bandit } from '@attune/contracts';
import { until } from '@attune/testkit';
import { Bandits } from './fixtures/a-bandit';

/** One choice of `left`, settled. */
async function chosen(bandits: Bandits, given: Partial<bandit.Policy> = {}): Promise<string> {
  await bandits.create(given);
  const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
  await bandits.settled();
  return decisionId;
}

const assumed = (bandits: Bandits) =>
  until('nothing is assumed', async () => (await bandits.arm('left')).pendingCount === 0);

describe('rewards', () => {
  it('count once, however often an event comes and however many of its type there are', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits);
    await bandits.interact(decisionId, 'click', { eventId: 'same' });
    await bandits.interact(decisionId, 'click', { eventId: 'same' });
    await bandits.interact(decisionId, 'click', { eventId: 'other' });
    await bandits.interact(decisionId, 'like');
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ rewardCount: 1, rewardMean: 2 / 3 });
  });

  it('count when they overtake the choice that they are about', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const decisionId = bandits.newId();
    await bandits.interact(decisionId);
    await bandits.settled();
    await bandits.select({ decisionId, eligibleArms: ['left'] });
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1 });
  });

  it('count at once, without one until it comes, where the policy does not wait', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits);
    expect(await bandits.arm('left')).toMatchObject({ pendingCount: 0, rewardCount: 0, rewardMean: 1 / 3 });
    await bandits.interact(decisionId);
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ pendingCount: 0, rewardCount: 1, rewardMean: 2 / 3 });
  });

  it('that come in time are held until the choice is due, so that they do not count before their absence would', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits, { assumeNothingAfterSeconds: 600 });
    await bandits.interact(decisionId);
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ pendingCount: 1, rewardCount: 0, rewardMean: 1 / 2 });
    bandits.later(601);
    await assumed(bandits);
    expect(await bandits.arm('left')).toMatchObject({ rewardCount: 1, rewardMean: 2 / 3 });
  });

  it('are assumed to be nothing after a while, and a late one corrects that', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits, { assumeNothingAfterSeconds: 600 });
    bandits.later(601);
    await assumed(bandits);
    expect(await bandits.arm('left')).toMatchObject({ rewardCount: 0, rewardMean: 1 / 3 });
    await bandits.interact(decisionId);
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1, rewardMean: 2 / 3 });
    const { rows } = await bandits.database.query('SELECT outcome, reward FROM selections');
    expect(rows).toEqual([{ outcome: 'earned', reward: 1 }]);
  });

  it('are nothing after the window', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits);
    bandits.later(86_401);
    await assumed(bandits);
    await bandits.interact(decisionId);
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ rewardCount: 0 });
    await expect(bandits.tell({ decisionId })).rejects.toMatchObject({
      code: 'failed_precondition.reward_window',
      message: expect.stringContaining('counts rewards within 86400 s after a choice'),
    });
  });

  it('and choices are deleted when they are too old, and what was learned stays', async () => {
    await using bandits = await Bandits.start({ env: { ATTUNE_BANDIT_MAINTENANCE_MS: '100' } });
    const decisionId = await chosen(bandits);
    await bandits.interact(decisionId);
    await bandits.settled();
    bandits.later(31 * 86_400 - 60);
    const { decisionId: young } = await bandits.select({ eligibleArms: ['right'] });
    await bandits.settled();
    bandits.later(120);
    const kept = await until('the old choice is deleted', async () => {
      const { rows } = await bandits.database.query<{ decision_id: string }>('SELECT decision_id FROM selections');
      return rows.length === 1 && rows;
    });
    expect(kept).toEqual([{ decision_id: young }]);
    await until('its reward too', async () => (await bandits.database.query('SELECT 1 FROM outcomes')).rowCount === 0);
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1 });
  });

  it('that are told count once by their id, and are added up', async () => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits);
    expect(await bandits.tell({ decisionId, reward: 0.25 })).toEqual({ counted: true });
    expect(await bandits.tell({ decisionId, reward: 0.25 })).toEqual({ counted: false });
    expect(await bandits.tell({ decisionId, reward: 0.5, rewardId: 'second' })).toEqual({ counted: true });
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ rewardCount: 1, rewardMean: 1.75 / 3 });
  });

  it('can be told right after the choice, which may still be on its way', async () => {
    await using bandits = await Bandits.start();
    await bandits.create();
    const { decisionId } = await bandits.select();
    expect(await bandits.tell({ decisionId })).toEqual({ counted: true });
  });

  it.each([
    ['an unknown decision', { decisionId: '01923456-789a-7fff-bfff-ffffffffffff' }, 'not_found.selection'],
    ['what is no id of a decision', { decisionId: 'x' }, 'not_found.selection'],
    ['a policy that did not choose', { policy: 'other' }, 'not_found.selection'],
    ['a negative reward', { reward: -1 }, 'invalid.request'],
    ['an infinite reward', { reward: Number.POSITIVE_INFINITY }, 'invalid.request'],
    ['a reward that is no number', { reward: Number.NaN }, 'invalid.request'],
    ['more than a click', { reward: 1.5 }, 'invalid.reward'],
    ['no reward id', { rewardId: '' }, 'invalid.request'],
  ])('of %s are refused, and the state stays as it was', async (_, given, code) => {
    await using bandits = await Bandits.start();
    const decisionId = await chosen(bandits);
    const before = await bandits.stateBytes();
    await expect(bandits.tell({ decisionId, ...given })).rejects.toMatchObject({ code });
    await bandits.settled();
    expect(await bandits.stateBytes()).toBe(before);
    expect((await bandits.database.query('SELECT 1 FROM outcomes')).rows).toEqual([]);
  });
});
