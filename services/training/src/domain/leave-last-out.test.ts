import { aTable, testStrength } from '../../tests/an-interaction-table';
import { leaveLastOut } from './leave-last-out';
import { resolvePreferences } from './preferences';

const table = aTable(
  { user: 'a', item: 'x', day: 5 },
  { user: 'a', item: 'y', day: 9 },
  { user: 'b', item: 'x', day: 7 },
  { user: 'c', item: 'y', day: 3 },
  { user: 'c', item: 'x', day: 1 },
);
const preferences = resolvePreferences(table, testStrength);

describe('leaveLastOut', () => {
  it('hides the newest item of everybody who has two', () => {
    const { training, heldOut } = leaveLastOut(preferences, { maxUsers: 10, seed: 1 });
    expect(heldOut).toEqual([
      { user: 0, item: 1 },
      { user: 2, item: 1 },
    ]);
    expect([...training.userIndex]).toEqual([0, 1, 2]);
    expect([...training.itemIndex]).toEqual([0, 0, 0]);
  });

  it('asks no more users than it may, the same ones for a seed', () => {
    const draw = (seed: number) => leaveLastOut(preferences, { maxUsers: 1, seed }).heldOut;
    expect(draw(4)).toHaveLength(1);
    expect(draw(4)).toEqual(draw(4));
  });
});
