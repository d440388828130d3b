import { foldSeenChanges, type UserEvent } from './seen-changes';

const anEvent = (type: string, itemId = 'item', userId = 'ann', appendedAt = new Date(0)): UserEvent => ({
  eventId: `${userId}-${type}-${itemId}`,
  userId,
  itemId,
  type,
  acceptedAt: new Date(0),
  appendedAt,
});

describe('foldSeenChanges', () => {
  it('marks when each thing was last done with an item, by type', () => {
    const at = (type: string, acceptedMs: number, occurredMs?: number): UserEvent => ({
      ...{ ...anEvent(type), acceptedAt: new Date(acceptedMs) },
      ...(occurredMs === undefined ? {} : { occurredAt: new Date(occurredMs) }),
    });
    expect(foldSeenChanges([at('view', 3), at('view', 5, 2), at('like', 4, 9), at('impression', 1)])).toEqual([
      {
        userId: 'ann',
        seen: [
          { itemId: 'item', type: 'view', at: new Date(3) },
          { itemId: 'item', type: 'like', at: new Date(4) },
          { itemId: 'item', type: 'impression', at: new Date(1) },
        ],
        hidings: [],
      },
    ]);
  });

  it.each(['hide', 'report'])('hides for ever what got a %s', (type) => {
    expect(foldSeenChanges([anEvent(type)])[0]).toMatchObject({
      hidings: [{ itemId: 'item', isHidden: true }],
      seen: [],
    });
  });

  it('lets the last of hide and unhide win', () => {
    const [first, second] = [new Date(1), new Date(2)];
    const at = (type: string, since: Date) => anEvent(type, 'item', 'ann', since);
    const hidingsOf = (...events: UserEvent[]) => foldSeenChanges(events)[0]!.hidings;
    expect(hidingsOf(at('hide', first), at('unhide', second))).toEqual([
      { itemId: 'item', isHidden: false, since: second },
    ]);
    expect(hidingsOf(at('unhide', first), at('hide', second))).toEqual([
      { itemId: 'item', isHidden: true, since: second },
    ]);
  });

  it('keeps users apart', () => {
    const changes = foldSeenChanges([
      anEvent('like', 'a', 'ann'),
      anEvent('like', 'b', 'ben'),
      anEvent('view', 'c', 'ann'),
    ]);
    expect(changes.map(({ userId, seen }) => [userId, seen.map(({ itemId }) => itemId)])).toEqual([
      ['ann', ['a', 'c']],
      ['ben', ['b']],
    ]);
  });
});
