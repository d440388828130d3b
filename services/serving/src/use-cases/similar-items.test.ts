import { waiting } from '../../tests/fixtures/a-request';
import { aShelf } from '../../tests/fixtures/fake-models';
import { ColumnarItemCatalog } from '../domain/catalog/item-catalog';
import { makeSimilarItems } from './similar-items';

const catalog = new ColumnarItemCatalog();
const [a, b, c, fresh] = ['a', 'b', 'c', 'fresh'].map((id) => catalog.numberOf(id)) as [number, number, number, number];
const about =
  (...known: readonly number[]) =>
  (asker: { readonly by: string; readonly item?: number }) =>
    known.includes(asker.item!) ? [Number.NaN, 0.3, 0.9, Number.NaN] : undefined;

function setUp() {
  const shelf = aShelf(
    { kind: 'als', itemCount: 3, scoresOf: about(a, b, c) },
    { kind: 'content', itemCount: 4, scoresOf: about(fresh) },
  );
  return { similar: makeSimilarItems({ models: shelf.models, catalog }), shelf };
}

const query = (itemId: string, excluded: readonly string[] = []) => ({
  itemId,
  count: 2,
  excludedItemIds: new Set(excluded),
});

describe('similarItems', () => {
  it('finds the nearest by what people liked together, without what is excluded', async () => {
    const { similar, shelf } = setUp();
    expect(await similar(query('a'), waiting)).toMatchObject({
      items: [
        { itemId: 'c', score: 0.9 },
        { itemId: 'b', score: 0.3 },
      ],
      model: { name: 'als' },
    });
    expect((await similar(query('a', ['c']), waiting)).items.map(({ itemId }) => itemId)).toEqual(['b']);
    expect(shelf.borrowed()).toBe(0);
  });

  it('goes by what an item says of itself where nobody has met it yet', async () => {
    const { similar } = setUp();
    expect(await similar(query('fresh'), waiting)).toMatchObject({
      model: { name: 'content' },
      items: [{ itemId: 'c' }, { itemId: 'b' }],
    });
  });

  it('says which models do not know an item', async () => {
    const { similar, shelf } = setUp();
    const problem = {
      code: 'not_found.item',
      message: expect.stringMatching(/"nowhere" is not known to als version 1, content version 1/),
    };
    await expect(similar(query('nowhere'), waiting)).rejects.toMatchObject(problem);
    expect(shelf.borrowed()).toBe(0);
  });

  it('says what to do where there is no model', async () => {
    const similar = makeSimilarItems({ models: aShelf().models, catalog });
    await expect(similar(query('a'), waiting)).rejects.toMatchObject({
      code: 'failed_precondition.model',
      message: expect.stringMatching(/train one of als, item_item, content/),
    });
  });
});
