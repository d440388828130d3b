import { foldSeenChanges, type UserEvent } from './seen-changes';

const anEvent = (type: string, itemId = 'item', userId = 'ann'): UserEvent => ({
  eventId: `${userId}-${type}-${itemId}`,
  userId,
  itemId,
  type,
  acceptedAt: new Date(0),
});

describe('foldSeenChanges', () => {
  it.each(['view', 'click', 'like', 'comment', 'share', 'save', 'rating', 'dislike'])('counts a %s as seen', (type) => {
    expect(foldSeenChanges([anEvent(type)])).toEqual([{ userId: 'ann', seen: ['item'], hidden: [], unhidden: [] }]);
  });

  it.each(['impression', 'follow_author'])('does not count a %s', (type) => {
    expect(foldSeenChanges([anEvent(type)])).toEqual([]);
  });

  it.each(['hide', 'report'])('hides for ever what got a %s', (type) => {
    expect(foldSeenChanges([anEvent(type)])[0]).toMatchObject({ hidden: ['item'], seen: [] });
  });

  it('lets the last of hide and unhide win', () => {
    expect(foldSeenChanges([anEvent('hide'), anEvent('unhide')])[0]).toMatchObject({ hidden: [], unhidden: ['item'] });
    expect(foldSeenChanges([anEvent('unhide'), anEvent('hide')])[0]).toMatchObject({ hidden: ['item'], unhidden: [] });
  });

  it('keeps users apart', () => {
    const changes = foldSeenChanges([
      anEvent('like', 'a', 'ann'),
      anEvent('like', 'b', 'ben'),
      anEvent('view', 'c', 'ann'),
    ]);
    expect(changes.map(({ userId, seen }) => [userId, seen])).toEqual([
      ['ann', ['a', 'c']],
      ['ben', ['b']],
    ]);
  });
});
