import { aRequest, aUser, NOW } from '../../../tests/fixtures/a-request';
import { ColumnarItemCatalog } from '../../domain/catalog/item-catalog';
import { itemFactsOf, type StatedItem } from '../../domain/catalog/item-facts';
import { PackedSeenItems } from '../../storage/packed-seen-items';
import { packMarks } from '../../storage/seen-marks';
import type { Filter, SlateRequest, UserState } from '../parts';
import { alreadySeenFilter } from './already-seen-filter';
import { blockedAuthorFilter } from './blocked-author-filter';
import { excludedFilter } from './excluded-filter';
import { hiddenFilter } from './hidden-filter';
import { hiddenTopicFilter } from './hidden-topic-filter';
import { ownItemsFilter } from './own-items-filter';
import { unavailableFilter } from './unavailable-filter';

const HOUR_MS = 3_600_000;

/** A catalog of items 0, 1, 2, ... */
function aCatalog(...items: readonly Partial<StatedItem>[]): ColumnarItemCatalog {
  const catalog = new ColumnarItemCatalog();
  for (const [at, item] of items.entries()) {
    catalog.put(itemFactsOf({ itemId: `item-${at}`, authorId: '', category: '', tags: [], ...item }));
  }
  return catalog;
}

/** What of items 0 to 9 the filter removes. */
function removed(filter: Filter, user: UserState, request: SlateRequest = aRequest()): number[] {
  const removes = filter.removes(request, user);
  return removes === undefined ? [] : Array.from({ length: 10 }, (_, item) => item).filter(removes);
}

describe('alreadySeenFilter', () => {
  it('removes what was seen and nothing else', () => {
    expect(removed(alreadySeenFilter, aUser({ seen: [1, 4] }))).toEqual([1, 4]);
    expect(alreadySeenFilter.limit(aRequest(), aUser({ seen: [1, 4] }))).toBe(2);
  });

  it('does not apply to a caller that asks for seen items', () => {
    const request = aRequest({ includeSeen: true });
    expect(removed(alreadySeenFilter, aUser({ seen: [1] }), request)).toEqual([]);
    expect(alreadySeenFilter.limit(request, aUser({ seen: [1] }))).toBe(0);
  });

  it('lets an item come back when the hours of the surface are over, by what was done with it', () => {
    const mark = (type: string, itemId: string, hoursAgo: number) => ({
      ...{ type, itemId, at: new Date(NOW.getTime() - hoursAgo * HOUR_MS) },
    });
    const marks = packMarks([mark('view', 'item-0', 1), mark('like', 'item-1', 1), mark('impression', 'item-2', 0.1)]);
    const user = { ...aUser(), seen: new PackedSeenItems(aCatalog(...Array.from({ length: 10 }, () => ({}))), marks) };
    const within = (seenHours: Record<string, number>) => {
      const request = aRequest({ surface: { ...aRequest().surface, seenHours } });
      return removed(alreadySeenFilter, user, request);
    };
    expect(within({ view: 2, like: 2 })).toEqual([0, 1]);
    expect(within({ view: 1, like: Number.POSITIVE_INFINITY })).toEqual([1]);
    expect(within({ impression: 1 })).toEqual([2]);
    expect(within({})).toEqual([]);
  });
});

describe('hiddenFilter', () => {
  it('removes what was hidden, also for a caller that asks for seen items', () => {
    expect(removed(hiddenFilter, aUser({ hidden: [3] }), aRequest({ includeSeen: true }))).toEqual([3]);
  });
});

describe('excludedFilter', () => {
  it('removes what the caller excludes', () => {
    const request = aRequest({ excluded: new Set([5]) });
    expect(removed(excludedFilter, aUser(), request)).toEqual([5]);
    expect(excludedFilter.limit(request, aUser())).toBe(1);
  });
});

describe('blockedAuthorFilter', () => {
  const catalog = aCatalog({ authorId: 'ben' }, { authorId: 'cleo' }, {}, { authorId: 'ben' });
  const filter = blockedAuthorFilter({ catalog });
  const user = aUser({ blockedAuthors: new Set([catalog.findAuthor('ben')]) });

  it('removes everything by a blocked author, and leaves items without an author', () => {
    expect(removed(filter, user)).toEqual([0, 3]);
    expect(removed(filter, aUser())).toEqual([]);
  });

  it('knows how many items that can be', () => {
    expect(filter.limit(aRequest(), user)).toBe(2);
  });
});

describe('ownItemsFilter', () => {
  const filter = ownItemsFilter({
    catalog: aCatalog({ authorId: 'ben' }, { authorId: 'cleo' }, {}, { authorId: 'ben' }),
  });

  it('removes what the user published, and nothing for somebody who published nothing', () => {
    expect(removed(filter, aUser(), aRequest({ userId: 'ben' }))).toEqual([0, 3]);
    expect(removed(filter, aUser(), aRequest({ userId: 'dora' }))).toEqual([]);
  });

  it('knows how many items that can be', () => {
    expect(filter.limit(aRequest({ userId: 'ben' }), aUser())).toBe(2);
    expect(filter.limit(aRequest({ userId: 'dora' }), aUser())).toBe(0);
  });
});

describe('hiddenTopicFilter', () => {
  const tags = Array.from({ length: 12 }, (_, at) => `tag-${at}`);
  const catalog = aCatalog(
    { category: 'crime' },
    { category: 'drama', tags: ['crime'] },
    { category: 'drama' },
    { tags },
  );
  const filter = hiddenTopicFilter({ catalog });
  const hiding = (topic: string) => aUser({ hiddenTopics: new Set([catalog.findTopic(topic)]) });

  it('removes what has the topic as its category or among its tags, however many there are', () => {
    expect(removed(filter, hiding('crime'))).toEqual([0, 1]);
    expect(removed(filter, hiding('tag-11'))).toEqual([3]);
    expect(removed(filter, aUser())).toEqual([]);
  });

  it('knows how many items that can be', () => {
    expect(filter.limit(aRequest(), hiding('drama'))).toBe(2);
  });
});

describe('unavailableFilter', () => {
  it('removes what was taken out, until it comes back', () => {
    const catalog = aCatalog({}, { available: false }, { available: true });
    const filter = unavailableFilter({ catalog });
    expect([removed(filter, aUser()), filter.limit(aRequest(), aUser())]).toEqual([[1], 1]);
    catalog.put(itemFactsOf({ itemId: 'item-1', authorId: '', category: '', tags: [] }));
    expect([removed(filter, aUser()), filter.limit(aRequest(), aUser())]).toEqual([[], 0]);
  });
});
