import type { Item } from './entity';
import { followViolations, itemViolations, userViolations } from './entity-violations';

const nowMs = Date.UTC(2026, 0, 1);
const item: Item = {
  ...{ itemId: 'i1', title: 'A title\nof two lines', text: '', tags: [], category: '', authorId: '' },
  ...{ publishedAt: undefined, mediaUrls: [], attributes: {} },
};
const user = { userId: 'u1', createdAt: undefined, interests: [], consent: undefined, attributes: {} };

describe('entity violations', () => {
  it('finds nothing wrong with an item that says little, or that is scheduled for later', () => {
    expect(itemViolations([item, { ...item, publishedAt: new Date(nowMs + 1e10) }])).toEqual([]);
  });

  it.each<[string, Partial<Item>, string]>([
    ['an empty id', { itemId: '' }, 'item_id'],
    ['NUL in a text', { text: 'a\0' }, 'text'],
    ['a lone surrogate in a title', { title: '\ud83d' }, 'title'],
    ['a long title', { title: 'x'.repeat(1_001) }, 'title'],
    ['a long text', { text: 'x'.repeat(20_001) }, 'text'],
    ['65 tags', { tags: new Array<string>(65).fill('t') }, 'tags'],
    ['an empty tag', { tags: ['a', ''] }, 'tags[1]'],
    ['no real time', { publishedAt: new Date(Number.NaN) }, 'published_at'],
    ['a broken attribute', { attributes: { language: '\0' } }, 'attributes.language'],
  ])('refuses an item with %s', (_, changes, field) => {
    expect(itemViolations([item, { ...item, ...changes }]).map((violation) => violation.field)).toEqual([
      `items[1].${field}`,
    ]);
  });

  it('refuses users from the future', () => {
    const fromTheFuture = { ...user, createdAt: new Date(nowMs + 400_000) };
    expect(userViolations([fromTheFuture], nowMs)[0]!.field).toBe('users[0].created_at');
  });

  it('refuses a user who follows nobody, or himself', () => {
    const follow = { followerId: 'a', since: undefined, removed: false };
    const fields = followViolations(
      [
        { ...follow, followeeId: '' },
        { ...follow, followeeId: 'a' },
      ],
      nowMs,
    );
    expect(fields.map(({ field }) => field)).toEqual(['follows[0].followee_id', 'follows[1].followee_id']);
  });
});
