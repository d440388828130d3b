import { aRequest, aShelf, aUser, EMPTY_SHELF, waiting } from '../../../tests/fixtures/a-request';
import { collaborativeSource } from './collaborative-source';
import { recentPopularitySource } from './recent-popularity-source';
import { trendingSource } from './trending-source';

const aQuery = (count: number, userId = 'ann') => ({ request: aRequest({ userId }), user: aUser(), count });

describe.each([
  ['collaborative', collaborativeSource],
  ['trending', trendingSource],
])('the %s source', (_, makeSource) => {
  it('proposes as many as it is asked for, and says that there are more', async () => {
    const proposal = await makeSource(aShelf()).propose(aQuery(2), waiting);
    expect(proposal).toMatchObject({ items: [{ itemId: 'a' }, { itemId: 'b' }], isExhausted: false });
  });

  it('says when there is nothing beyond', async () => {
    expect(await makeSource(aShelf()).propose(aQuery(9), waiting)).toMatchObject({ isExhausted: true });
  });

  it('gives the model back', async () => {
    const shelf = aShelf();
    await makeSource(shelf).propose(aQuery(2), waiting);
    expect(shelf.borrowed()).toBe(0);
  });

  it('says what to do while there is no model', async () => {
    const proposal = await makeSource({ models: EMPTY_SHELF }).propose(aQuery(2), waiting);
    expect(proposal).toMatchObject({ items: [], isExhausted: true, degraded: { code: 'failed_precondition.model' } });
  });
});

it('tells a user whom the model does not know from one whom it knows', async () => {
  const source = collaborativeSource(aShelf());
  expect(await source.propose(aQuery(2, 'ann'), waiting)).toMatchObject({ knowsUser: true });
  const unknown = await source.propose(aQuery(2, 'stranger'), waiting);
  expect(unknown).toMatchObject({ items: [], knowsUser: false, isExhausted: true, note: expect.any(String) });
});

it('proposes what people did lately only when the others cannot fill the slate', async () => {
  const source = recentPopularitySource({ popularity: { top: async () => [{ itemId: 'a', score: 1 }] } });
  expect(source.turn).toBe('when_short');
  expect(await source.propose(aQuery(5), waiting)).toMatchObject({ items: [{ itemId: 'a' }], isExhausted: true });
});

it.each([
  ['before', '2025-12-31T00:00:00Z', true],
  ['after', '2026-01-02T00:00:00Z', false],
])('knows a user who was forgotten %s the model was trained: %s', async (_, forgottenAt, knowsUser) => {
  const user = aUser({ forgottenAt: new Date(forgottenAt) });
  const shelf = aShelf();
  const proposal = await collaborativeSource(shelf).propose({ ...aQuery(2), user }, waiting);
  expect(proposal).toMatchObject({ knowsUser, items: knowsUser ? [{ itemId: 'a' }, { itemId: 'b' }] : [] });
  expect(shelf.borrowed()).toBe(0);
});
