import { seededRandom } from '@attune/testkit';
import { ColumnarItemCatalog } from '../domain/catalog/item-catalog';
import { PackedSeenItems } from './packed-seen-items';

const FOR_EVER = { view: Number.POSITIVE_INFINITY };

it('knows thousands of marks one from the other, whatever ids look like', () => {
  const random = seededRandom(3);
  const catalog = new ColumnarItemCatalog();
  const ids = Array.from({ length: 20_000 }, (_, at) => [`item-${at}`, `${at}:é|😀`, `x${random()}`][at % 3]!);
  const seen = ids.filter((_, at) => at % 4 === 0);
  const packed = new PackedSeenItems(catalog, seen.map((itemId, at) => `v:${itemId}\n${at}\n`).join(''));
  expect(packed.size).toBe(seen.length);
  expect(ids.filter((itemId) => packed.has(catalog.numberOf(itemId), FOR_EVER, 0))).toEqual(seen);
});

it('goes by each type that was done with an item', () => {
  const catalog = new ColumnarItemCatalog();
  const packed = new PackedSeenItems(catalog, 'v:a\n7200\nl:a\n3600\nZ:a\n9000\n');
  const item = catalog.numberOf('a');
  const within = (hours: Record<string, number>) => packed.has(item, hours, 7_200_000);
  expect([within({ view: 1 }), within({ like: 1 }), within({ like: 1.1 }), within({ click: 9 })]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect(packed.size).toBe(2);
});

it('has nothing where nothing was seen', () => {
  const catalog = new ColumnarItemCatalog();
  expect(new PackedSeenItems(catalog, '').has(catalog.numberOf('a'), FOR_EVER, 0)).toBe(false);
});
