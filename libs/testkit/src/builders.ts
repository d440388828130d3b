import type { common } from '@attune/contracts';

const SOME_DAY = new Date('2026-01-01T00:00:00Z');

let count = 0;

/** An id that no other call in this test file gets, the same in every run of it. */
export function anId(kind: string): string {
  count += 1;
  return `${kind}-${String(count).padStart(6, '0')}`;
}

/** A like of item i1 by user u1, with an event id of its own. */
export function anInteraction(changes: Partial<common.Interaction> = {}): common.Interaction {
  return {
    ...{ eventId: anId('event'), userId: 'u1', itemId: 'i1', type: 'like', occurredAt: SOME_DAY },
    ...{ value: undefined, decisionId: '', surface: '', position: undefined, context: {} },
    ...changes,
  };
}

/** Somebody who likes music. */
export function aUser(changes: Partial<common.User> = {}): common.User {
  return {
    ...{ userId: anId('user'), createdAt: SOME_DAY, interests: ['music'], consent: undefined, attributes: {} },
    ...changes,
  };
}

/** A post by author a1. */
export function anItem(changes: Partial<common.Item> = {}): common.Item {
  return {
    ...{ itemId: anId('item'), title: 'A title', text: 'A text', tags: ['music'], category: 'music', authorId: 'a1' },
    ...{ publishedAt: SOME_DAY, available: undefined, mediaUrls: [], attributes: {} },
    ...changes,
  };
}
