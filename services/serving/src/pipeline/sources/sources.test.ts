import { aRequest, aUser, NOW, waiting } from '../../../tests/fixtures/a-request';
import { aModelOfTwoKinds, aShelf, byVectors, type FakeShelf, TWO_KINDS } from '../../../tests/fixtures/fake-models';
import type { ModelKind } from '../../model-ports';
import type { Source } from '../parts';
import { collaborativeSource } from './collaborative-source';
import { contentSource } from './content-source';
import { itemItemSource } from './item-item-source';
import { neuralSource } from './neural-source';
import { recentPopularitySource } from './recent-popularity-source';
import { similarSource } from './similar-source';
import { trendingSource } from './trending-source';

const shelfOf = (...kinds: ModelKind[]) => aShelf(...kinds.map(aModelOfTwoKinds));
const catalog = { idOf: (item: number) => `item-${item}` };
const liked = (...items: number[]) => ({
  recents: items.map((item) => ({ item, strength: 1, atMs: NOW.getTime() })),
});

interface Asked {
  readonly count?: number;
  readonly user?: Parameters<typeof aUser>[0];
  readonly userId?: string;
  readonly relatedTo?: number;
}

function ask(source: Source, { count = 4, user = {}, userId = 'ann', relatedTo }: Asked = {}) {
  return source.propose({ request: aRequest({ userId, relatedTo }), user: aUser(user), count }, waiting);
}

const SOURCES: readonly [ModelKind, (shelf: FakeShelf) => Source, Asked][] = [
  ['als', collaborativeSource, {}],
  ['neural_cf', neuralSource, {}],
  ['item_item', itemItemSource, { user: liked(0) }],
  ['content', contentSource, { user: liked(0) }],
  ['popularity', trendingSource, {}],
  ['als', ({ models }) => similarSource({ models, catalog }), { relatedTo: 0 }],
];

describe.each(SOURCES)('the source of the %s model', (kind, makeSource, asked) => {
  it('proposes the best first, as many as it is asked for, and names the model', async () => {
    const proposal = await ask(makeSource(shelfOf(kind)), { ...asked, count: 2 });
    expect(proposal).toMatchObject({ items: [0, 1], isExhausted: false, model: { name: kind } });
    expect(proposal.scores[0]!).toBeGreaterThan(proposal.scores[1]!);
  });

  it('says when there is nothing beyond', async () => {
    expect(await ask(makeSource(shelfOf(kind)), { ...asked, count: 9 })).toMatchObject({ isExhausted: true });
  });

  it('gives the model back, also when it fails', async () => {
    const shelf = shelfOf(kind);
    await ask(makeSource(shelf), asked);
    const scoresOf = () => {
      throw new Error('broken');
    };
    const failing = aShelf({ kind, itemCount: 4, scoresOf });
    await expect(ask(makeSource(failing), asked)).rejects.toThrow('broken');
    expect([shelf.borrowed(), failing.borrowed()]).toEqual([0, 0]);
  });

  it('says what to do while there is no model', async () => {
    const proposal = await ask(makeSource(shelfOf()), asked);
    expect(proposal).toMatchObject({ items: [], isExhausted: true });
    expect(`${proposal.note} ${proposal.degraded?.message}`).toMatch(/no "?model|no "/);
  });
});

describe.each([
  ['als', collaborativeSource],
  ['neural_cf', neuralSource],
] as const)('the source of the %s model, which knows users', (kind, makeSource) => {
  it('tells a user whom the model does not know from one whom it knows', async () => {
    const source = makeSource(shelfOf(kind));
    expect(await ask(source)).toMatchObject({ knowsUser: true });
    expect(await ask(source, { userId: 'stranger', user: liked(0) })).toMatchObject({
      ...{ items: [], knowsUser: false, isExhausted: true },
      note: 'the model does not know the user',
    });
  });

  it.each([
    ['before', '2025-12-31T00:00:00Z', true],
    ['when', '2026-01-01T00:00:00Z', false],
    ['after', '2026-01-02T00:00:00Z', false],
  ])('knows a user who was forgotten %s the training was asked for: %s', async (_, forgottenAt, knowsUser) => {
    const shelf = shelfOf(kind);
    const vector = { digest: `digest-of-${kind}`, vector: Float32Array.of(0, 1), learnedToMs: 0 };
    const proposal = await ask(makeSource(shelf), { user: { forgottenAt: new Date(forgottenAt), vector } });
    expect(proposal).toMatchObject({ knowsUser, items: { length: knowsUser ? 4 : 0 } });
    expect(shelf.asked).toHaveLength(knowsUser ? 1 : 0);
  });

  it('goes by where the user moved to since the training, in the space of the version that serves', async () => {
    const vector = (digest: string) => ({ digest, vector: Float32Array.of(0, 1), learnedToMs: 0 });
    const source = makeSource(shelfOf(kind));
    expect((await ask(source, { user: { vector: vector(`digest-of-${kind}`) } })).items).toEqual([3, 2, 1, 0]);
    expect((await ask(source, { user: { vector: vector('another') } })).items).toEqual([0, 1, 2, 3]);
    const stranger = { userId: 'stranger', user: { vector: vector(`digest-of-${kind}`) } };
    expect(await ask(source, stranger)).toMatchObject({ knowsUser: true, items: { length: 4 } });
  });
});

describe.each([
  ['item_item', itemItemSource],
  ['content', contentSource],
] as const)('the source of the %s model, which knows what was liked', (kind, makeSource) => {
  it('goes by what the user liked lately, what is long ago counting less', async () => {
    const long = { item: 3, strength: 1, atMs: NOW.getTime() - 90 * 86_400_000 };
    const user = { recents: [...liked(0).recents, long] };
    const shelf = shelfOf(kind);
    expect((await ask(makeSource(shelf), { user })).items).toEqual([0, 1, 2, 3]);
    expect(shelf.asked[0]).toMatchObject({ by: 'history', weights: Float32Array.of(1, 0.125) });
  });

  it('leaves out what has nothing to do with what was liked', async () => {
    const proposal = await ask(makeSource(shelfOf(kind)), { user: liked(0), count: 4 });
    expect(proposal).toMatchObject({ items: [0, 1, 2], scores: { length: 3 }, isExhausted: true });
  });

  it('does not know a user who liked nothing, or nothing that the model knows', async () => {
    const source = makeSource(shelfOf(kind));
    expect(await ask(source)).toMatchObject({ items: [], knowsUser: false, note: 'the user liked nothing lately' });
    expect(await ask(source, { user: liked(77) })).toMatchObject({ items: [], knowsUser: false });
  });
});

describe('the source of similar items', () => {
  const similar = (shelf: FakeShelf) => similarSource({ models: shelf.models, catalog });

  it('says which item it is like', async () => {
    const proposal = await ask(similar(shelfOf('als')), { relatedTo: 3 });
    expect(proposal.items[0]).toBe(3);
    expect(proposal.because?.(2)).toBe('Similar to item-3');
  });

  it('goes by content where the factorization does not know the item', async () => {
    const without = byVectors(TWO_KINDS.slice(0, 3));
    const shelf = aShelf({ kind: 'als', itemCount: 3, scoresOf: without }, aModelOfTwoKinds('content'));
    expect(await ask(similar(shelf), { relatedTo: 3 })).toMatchObject({
      items: [3, 2, 1, 0],
      model: { name: 'content' },
    });
    expect(await ask(similar(shelfOf('content')), { relatedTo: 0 })).toMatchObject({
      items: [0, 1, 2, 3],
    });
    expect(shelf.borrowed()).toBe(0);
  });

  it('proposes nothing for an item that nobody knows, or for none', async () => {
    const shelf = shelfOf('als', 'content');
    expect(await ask(similar(shelf), { relatedTo: 99 })).toMatchObject({ items: [], note: 'no model knows the item' });
    expect(await ask(similar(shelf))).toMatchObject({ items: [], note: 'the request names no item that is known' });
  });
});

describe('the source of recent popularity', () => {
  it('is asked only when the others cannot fill the slate, and says when nothing was recorded', async () => {
    const source = recentPopularitySource({ popularity: { top: async () => ({ items: [7], scores: [1] }) } });
    expect(source.turn).toBe('when_short');
    expect(await ask(source)).toMatchObject({ items: [7], isExhausted: true, note: undefined });
    const empty = recentPopularitySource({ popularity: { top: async () => ({ items: [], scores: [] }) } });
    expect(await ask(empty)).toMatchObject({ items: [], note: 'nothing was recorded in the last hours' });
  });
});
