import { aRequest, aUser, NOW, waiting } from '../../../tests/fixtures/a-request';
import { ColumnarItemCatalog } from '../../domain/catalog/item-catalog';
import { itemFactsOf } from '../../domain/catalog/item-facts';
import type { SocialProof } from '../../user-ports';
import { freshSource } from './fresh-source';
import { socialSource } from './social-source';

const HOUR_MS = 3_600_000;

describe('the social source', () => {
  const proofs: SocialProof[] = [
    { item: 7, score: 2.5, people: 3 },
    { item: 2, score: 0.5, people: 1 },
  ];
  const source = socialSource({ social: { likedByFollowed: async (_, count) => proofs.slice(0, count) } });
  const ask = (count: number) => source.propose({ request: aRequest(), user: aUser(), count }, waiting);

  it('proposes what people liked whom the user follows, and says how many they are', async () => {
    const proposal = await ask(9);
    expect(proposal).toMatchObject({ items: [7, 2], scores: [2.5, 0.5], isExhausted: true });
    expect([7, 2, 99].map((item) => proposal.because?.(item))).toEqual([
      '3 people you follow liked it',
      'A person you follow liked it',
      undefined,
    ]);
  });

  it('says when there is more', async () => {
    expect(await ask(2)).toMatchObject({ items: [7, 2], isExhausted: false });
  });

  it('is asked only for people who agreed', () => {
    expect(source.isPersonal).toBe(true);
  });
});

describe('the fresh source', () => {
  const catalog = new ColumnarItemCatalog();
  const publish = (itemId: string, hoursAgo: number, category = '') =>
    catalog.put(
      itemFactsOf({
        itemId,
        authorId: '',
        category,
        tags: [],
        publishedAt: new Date(NOW.getTime() - hoursAgo * HOUR_MS),
      }),
    );
  publish('newest', 1);
  publish('drama', 30, 'drama');
  publish('crime', 10, 'crime');
  publish('old', 100, 'drama');
  publish('ahead', -1, 'drama');
  publish('liked', 200, 'drama');
  const likesDrama = aUser({ recents: [{ item: catalog.find('liked'), strength: 1, atMs: NOW.getTime() - HOUR_MS }] });
  const source = freshSource({ catalog, freshHours: 72 });
  const ask = async (user = aUser(), count = 10) => {
    const { items, ...proposal } = await source.propose({ request: aRequest(), user, count }, waiting);
    return { ids: Array.from(items, (item) => catalog.idOf(item)), ...proposal };
  };

  it('proposes what was published in the last hours, newest first, and nothing that is dated ahead', async () => {
    expect(await ask()).toMatchObject({ ids: ['newest', 'crime', 'drama'], isExhausted: true, note: undefined });
  });

  it('puts first what is about topics that the user likes, and says so', async () => {
    const proposal = await ask(likesDrama);
    expect(proposal.ids).toEqual(['drama', 'newest', 'crime']);
    expect(proposal.because?.(catalog.find('drama'))).toBe('New in drama');
    expect(proposal.because?.(catalog.find('crime'))).toBeUndefined();
  });

  it('does not look at what was liked by somebody who did not agree', async () => {
    expect((await ask({ ...likesDrama, agreement: 'refused' })).ids).toEqual(['newest', 'crime', 'drama']);
  });

  it('gives as many as it is asked for, and says that there are more', async () => {
    expect(await ask(aUser(), 2)).toMatchObject({ ids: ['newest', 'crime'], isExhausted: false });
  });

  it('says why there is nothing', async () => {
    const empty = freshSource({ catalog: new ColumnarItemCatalog(), freshHours: 72 });
    const proposal = await empty.propose({ request: aRequest(), user: aUser(), count: 5 }, waiting);
    expect(proposal).toMatchObject({ items: [], note: 'nothing was published in the last 72 hours' });
  });
});
