import { makeRng } from './random';
import { simulate } from './simulate';

const simulation = simulate({ seed: 7, users: 80, items: 400, days: 5, startTime: new Date('2026-01-05T00:00:00Z') });
const itemIds = Array.from({ length: 400 }, (_, item) => `p${String(item).padStart(6, '0')}`);
const USER = 'u000010';

describe('a slate that is played', () => {
  it('shows every place once', () => {
    const impressions = simulation
      .playSlate(USER, itemIds, makeRng(1))
      .filter(({ type }) => type === 'impression')
      .map(({ itemId, position }) => [itemId, position]);
    expect(impressions).toEqual(itemIds.map((itemId, position) => [itemId, position]));
  });

  it('has its events in the order of time, each at the place of its item', () => {
    const events = simulation.playSlate(USER, itemIds, makeRng(1));
    const seconds = events.map(({ afterSeconds }) => afterSeconds);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    expect(events.every(({ itemId, position }) => itemIds[position] === itemId)).toBe(true);
    expect(events.some(({ type }) => type === 'click')).toBe(true);
  });

  it('leaves alone what is not part of the simulation', () => {
    const events = simulation.playSlate(USER, ['film-1', 'p999999', 'p'], makeRng(1));
    expect(events.map(({ type }) => type)).toEqual(['impression', 'impression', 'impression']);
  });

  it('knows nobody from outside', () => {
    expect(() => simulation.playSlate('somebody', itemIds, makeRng(1))).toThrow('not part of this simulation');
  });

  it('is clicked more often where the user likes the posts better', () => {
    const byLiking = [...itemIds].sort((a, b) => simulation.trueAffinity(USER, b) - simulation.trueAffinity(USER, a));
    const clicks = (slate: readonly string[]) => {
      let count = 0;
      for (let seed = 0; seed < 200; seed += 1) {
        count += simulation.playSlate(USER, slate, makeRng(seed)).filter(({ type }) => type === 'click').length;
      }
      return count;
    };
    // The best ten are liked at .5 and more, the worst ten at .02 and less: clicks of 25 % against 1 %, 2,000 impressions each.
    expect(clicks(byLiking.slice(0, 10))).toBeGreaterThan(3 * clicks(byLiking.slice(-10)));
  });
});
