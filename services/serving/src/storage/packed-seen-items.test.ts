import { seededRandom } from '@attune/testkit';
import { ColumnarItemCatalog } from '../domain/catalog/item-catalog';
import type { SeenHours } from '../user-ports';
import { PackedSeenItems } from './packed-seen-items';
import { MARK_BYTES, packMarks, TYPE_AT } from './seen-marks';

const FOR_EVER = { view: Number.POSITIVE_INFINITY };
const mark = (type: string, itemId: string, second: number) => ({ type, itemId, at: new Date(second * 1_000) });

it('knows thousands of marks one from the other, whatever ids look like', () => {
  const random = seededRandom(3);
  const catalog = new ColumnarItemCatalog();
  const ids = Array.from({ length: 20_000 }, (_, at) => [`item-${at}`, `${at}:é|😀`, `x${random()}`][at % 3]!);
  const seen = ids.filter((_, at) => at % 4 === 0);
  const packed = new PackedSeenItems(catalog, packMarks(seen.map((itemId, at) => mark('view', itemId, at))));
  expect(packed.size).toBe(seen.length);
  expect(ids.filter((itemId) => packed.has(catalog.numberOf(itemId), FOR_EVER, 0))).toEqual(seen);
});

it('goes by each type that was done with an item, and of each by the last time', () => {
  const catalog = new ColumnarItemCatalog();
  const marks = [mark('view', 'a', 7_200), mark('like', 'a', 3_600), mark('view', 'a', 60), mark('stare', 'a', 9_000)];
  const packed = new PackedSeenItems(catalog, packMarks(marks), packMarks([mark('impression', 'a', 7_000)]));
  const item = catalog.numberOf('a');
  const within = (hours: SeenHours) => packed.has(item, hours, 7_200_000);
  const windows: SeenHours[] = [{ view: 1 }, { like: 1 }, { like: 1.1 }, { click: 9 }, { impression: 1 }, { stare: 9 }];
  expect(windows.map(within)).toEqual([true, false, true, false, true, false]);
  expect(packed.size).toBe(3);
});

it('passes over types that a later build wrote, and a mark that is cut off', () => {
  const catalog = new ColumnarItemCatalog();
  const later = packMarks([mark('view', 'a', 1)]);
  later[TYPE_AT] = 200;
  const cut = packMarks([mark('view', 'b', 1)]).subarray(0, MARK_BYTES - 1);
  expect(new PackedSeenItems(catalog, Buffer.concat([later, cut])).size).toBe(0);
});

it('has nothing where nothing was seen', () => {
  const catalog = new ColumnarItemCatalog();
  expect(new PackedSeenItems(catalog, null, null).has(catalog.numberOf('a'), FOR_EVER, 0)).toBe(false);
});

it('keeps marks as they were always kept', () => {
  const packed = packMarks([mark('like', 'item-1', 1_777_636_800), mark('impression', 'é', 0)]);
  expect(packed.toString('hex')).toMatchInlineSnapshot(`"9c5cdd41784cfb05c095f46902e6255d2a7fc33b360000000009"`);
});
