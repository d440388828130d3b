import { AppError } from '@attune/errors';
import { makeRng } from './random';
import { DEFAULT_SAMPLE, simulate } from './simulate';
import type { Tastes } from './simulated';

const simulation = simulate({ ...DEFAULT_SAMPLE, startTime: new Date('2026-01-05T00:00:00Z') });
const shift = { seed: 5, share: 0.6 };
const shifted = simulation.shifted(shift);
const userIds = Array.from(simulation.users(), ({ userId }) => userId);
const itemIds = Array.from(simulation.items(), ({ itemId }) => itemId);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const affinities = (tastes: Tastes, userId: string) => itemIds.map((itemId) => tastes.trueAffinity(userId, itemId));

/** The ten posts that somebody with some tastes likes best. */
function bestSlate(tastes: Tastes, userId: string): readonly string[] {
  const liking = new Map(itemIds.map((itemId) => [itemId, tastes.trueAffinity(userId, itemId)]));
  return itemIds.toSorted((a, b) => liking.get(b)! - liking.get(a)!).slice(0, 10);
}

/** The share of slates with a click, over all people: 20 slates each, so 8,000, with a standard error below .006. */
function clickRate(slateOf: (userId: string) => readonly string[], played: Tastes): number {
  const clicked = userIds.map((userId, user) => {
    const slate = slateOf(userId);
    const rng = makeRng(user);
    return Array.from({ length: 20 }, () => played.playSlate(userId, slate, rng).some(({ type }) => type === 'click'));
  });
  return mean(clicked.flat().map(Number));
}

describe('a shift of tastes', () => {
  it('changes as many people as it says, and nobody else', () => {
    expect(shifted.shiftedUserIds).toHaveLength(240);
    const changed = userIds.filter((userId) => {
      return itemIds.some((item) => simulation.trueAffinity(userId, item) !== shifted.trueAffinity(userId, item));
    });
    expect(changed).toEqual(shifted.shiftedUserIds);
  });

  it('leaves what people do before it, and those who do not change, to the same chance', () => {
    const unchanged = userIds.find((userId) => !shifted.shiftedUserIds.includes(userId))!;
    const play = (tastes: Tastes) => tastes.playSlate(unchanged, itemIds, makeRng(3));
    expect(play(shifted)).toEqual(play(simulation));
    expect(shifted.respond(unchanged, itemIds[0]!, makeRng(1))).toEqual(
      simulation.respond(unchanged, itemIds[0]!, makeRng(1)),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    expect(simulation.shifted(shift).shiftedUserIds).toEqual(shifted.shiftedUserIds);
    expect(affinities(simulation.shifted(shift), 'u000005')).toEqual(affinities(shifted, 'u000005'));
    expect(simulation.shifted({ ...shift, seed: 6 }).shiftedUserIds).not.toEqual(shifted.shiftedUserIds);
  });

  it('makes the old tastes useless for those who change', () => {
    const gain = (tastes: Tastes) =>
      mean(
        shifted.shiftedUserIds.map((userId) => {
          const likings = bestSlate(tastes, userId).map((itemId) => shifted.trueAffinity(userId, itemId));
          return mean(likings) - mean(affinities(shifted, userId));
        }),
      );
    // good posts please anybody a little, so the old favourites are not quite as bad as any other post
    expect(gain(simulation)).toBeLessThan(0.2 * gain(shifted));
  });

  it('costs a recommender of the old tastes many clicks', () => {
    const old = (userId: string) => bestSlate(simulation, userId);
    expect(clickRate(old, shifted)).toBeLessThan(0.85 * clickRate(old, simulation));
  });

  it('leaves the best click rate where it was, within 2 %', () => {
    const before = clickRate((userId) => bestSlate(simulation, userId), simulation);
    const after = clickRate((userId) => bestSlate(shifted, userId), shifted);
    expect(Math.abs(after - before)).toBeLessThan(0.02 * before);
  });

  it('leaves alone what people declared and what happened', () => {
    const fresh = simulate({ ...DEFAULT_SAMPLE, startTime: new Date('2026-01-05T00:00:00Z') });
    expect([...simulation.users()]).toEqual([...fresh.users()]);
    expect(affinities(simulation, 'u000005')).toEqual(affinities(fresh, 'u000005'));
  });

  it.each([0, -0.1, 1.1, Number.NaN])('refuses a share of %d', (share) => {
    expect(() => simulation.shifted({ seed: 1, share })).toThrow(AppError);
  });
});
