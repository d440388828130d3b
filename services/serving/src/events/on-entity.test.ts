import { TOPIC_CODECS } from '@attune/contracts';
import type { DeliveredRecord } from '@attune/event-log';
import { makeOnEntity } from './on-entity';

/** A part of an entity as the contracts have it. */
interface Entity {
  readonly $case: 'user' | 'item' | 'follow' | 'block';
  readonly value: object;
}

const AT = new Date('2026-05-01T12:00:00Z');

function setUp(forgotten: readonly string[] = []) {
  const done: unknown[] = [];
  const note =
    (what: string) =>
    async (changes: readonly unknown[]): Promise<void> => {
      if (changes.length > 0) done.push([what, ...changes]);
    };
  const onEntity = makeOnEntity({
    consents: { apply: note('consents') },
    relations: { apply: note('relations') },
    items: { put: note('items') },
    forgotten: { without: async (entries) => entries.filter(({ userId }) => !forgotten.includes(userId)) },
    forget: (userIds) => void done.push(['forget', ...userIds]),
    itemsChanged: async () => void done.push('items changed'),
    untilOthersForget: async () => void done.push('waited'),
  });
  const buried: string[] = [];
  const context = {
    signal: new AbortController().signal,
    deadLetter: async (_: unknown, { message }: Error) => void buried.push(message),
  };
  const consume = async (...values: readonly Uint8Array[]) => {
    await onEntity(
      values.map((value) => ({ value }) as DeliveredRecord),
      context,
    );
    return done;
  };
  return { consume, buried };
}

function record(entity: Entity, eventId = 'e1'): Uint8Array {
  return TOPIC_CODECS.entities
    .encode(TOPIC_CODECS.entities.fromPartial({ eventId, acceptedAt: AT, entity: entity as never }))
    .finish();
}

const block = (target: { $case: 'authorId' | 'topic'; value: string }, removed = false) =>
  record({ $case: 'block', value: { userId: 'ann', target, removed } });

it('keeps what items are, and then lets this process know', async () => {
  const { consume } = setUp();
  const item = { itemId: 'a', authorId: 'alf', category: 'drama', tags: ['noir'], available: false };
  expect(await consume(record({ $case: 'item', value: item }))).toEqual([
    [
      'items',
      {
        facts: {
          ...{ itemId: 'a', authorId: 'alf', topics: ['drama', 'noir'], hasCategory: true, isAvailable: false },
          publishedAtMs: Number.NaN,
        },
        acceptedAtMs: AT.getTime(),
        eventId: 'e1',
      },
    ],
    ['forget'],
    'items changed',
  ]);
});

it('keeps follows and blocks, and waits where something is blocked', async () => {
  const { consume } = setUp();
  const done = await consume(
    record({ $case: 'follow', value: { followerId: 'ann', followeeId: 'ben' } }),
    block({ $case: 'authorId', value: 'alf' }),
    block({ $case: 'topic', value: 'drama' }, true),
  );
  const common = { userId: 'ann', acceptedAt: AT, eventId: 'e1' };
  expect(done).toEqual([
    [
      'relations',
      { ...common, kind: 'followee', target: 'ben', holds: true },
      { ...common, kind: 'author', target: 'alf', holds: true },
      { ...common, kind: 'topic', target: 'drama', holds: false },
    ],
    ['forget', 'ann', 'ann', 'ann'],
    'waited',
  ]);
});

it('waits for nobody where nothing is refused or blocked', async () => {
  const done = await setUp().consume(
    record({ $case: 'follow', value: { followerId: 'ann', followeeId: 'ben' } }),
    block({ $case: 'topic', value: 'drama' }, true),
    record({ $case: 'user', value: { userId: 'ann', consent: { training: true } } }),
  );
  expect(done).not.toContain('waited');
});

it('takes in nothing of users who were forgotten, and nothing about them', async () => {
  const { consume } = setUp(['zoe']);
  const done = await consume(
    record({ $case: 'follow', value: { followerId: 'zoe', followeeId: 'ben' } }),
    record({ $case: 'follow', value: { followerId: 'ann', followeeId: 'zoe' } }),
    block({ $case: 'authorId', value: 'zoe' }),
    record({ $case: 'user', value: { userId: 'zoe', consent: { training: false } } }),
  );
  expect(done).toEqual([['forget']]);
});

it('hides a topic that is named like somebody who was forgotten', async () => {
  const done = await setUp(['drama']).consume(block({ $case: 'topic', value: 'drama' }));
  expect(done[0]).toEqual(['relations', expect.objectContaining({ kind: 'topic', target: 'drama' })]);
});

it('dead-letters what cannot be read, and goes on with the rest', async () => {
  const { consume, buried } = setUp();
  const done = await consume(
    Uint8Array.of(255, 255, 255),
    record({ $case: 'item', value: { itemId: '' } }),
    record({ $case: 'block', value: { userId: 'ann' } }),
    record({ $case: 'item', value: { itemId: 'a' } }, ''),
    record({ $case: 'item', value: { itemId: 'b' } }),
  );
  expect(buried).toHaveLength(4);
  expect(done[0]).toEqual(['items', expect.objectContaining({ eventId: 'e1' })]);
});
