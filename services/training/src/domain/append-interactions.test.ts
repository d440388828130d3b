import { aTable } from '../../tests/an-interaction-table';
import { appendInteractions } from './append-interactions';

const like = (userKey: string, itemId: string, timeMs: number) => ({ userKey, itemId, type: 'like', timeMs });

describe('appendInteractions', () => {
  it('numbers what is new behind what is known, and keeps what there was', () => {
    const base = aTable({ user: 'u', item: 'i' });
    const { users, items, types, userIndex, itemIndex, type, value, timeMs } = appendInteractions(base, [
      { ...like('u', 'j', 5), type: 'rating', value: 4 },
      like('v', 'i', 6),
    ]);
    expect({ users, items, types }).toEqual({ users: ['u', 'v'], items: ['i', 'j'], types: ['like', 'rating'] });
    expect([userIndex, itemIndex, type, timeMs].map((column) => [...column])).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 0],
      [0, 5, 6],
    ]);
    expect([...value]).toEqual([Number.NaN, 4, Number.NaN]);
  });

  it('leaves out what the data set has already, told apart by user, item, type and time', () => {
    const base = aTable({ user: 'u', item: 'i' });
    const { userIndex } = appendInteractions(base, [
      ...[like('u', 'i', 0), like('u', 'i', 1), like('v', 'i', 0), { ...like('u', 'i', 0), type: 'share' }],
    ]);
    expect([...userIndex]).toEqual([0, 0, 1, 0]);
  });
});
