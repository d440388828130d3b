import { parseTime } from './cells';
import { toInteraction } from './to-interaction';

const defaults = { type: 'view', time: new Date('2026-01-01T00:00:00Z') };
const cells = (fields: Record<string, string>) => ({ fields, attributes: {}, flagTags: [] });
const interactionOf = (fields: Record<string, string>) => {
  const converted = toInteraction(cells(fields), defaults);
  if ('problem' in converted) throw new Error(converted.problem);
  return converted.value;
};

describe('toInteraction', () => {
  it('gives rows that say the same the same event id', () => {
    const row = { user: 'u', item: 'i', rating: '3', time: '881250949' };
    expect(interactionOf(row).eventId).toBe(interactionOf({ ...row }).eventId);
    expect(interactionOf(row).eventId).not.toBe(interactionOf({ ...row, rating: '4' }).eventId);
  });

  it('does not mistake the border between user and item', () => {
    expect(interactionOf({ user: 'ab', item: 'c' }).eventId).not.toBe(interactionOf({ user: 'a', item: 'bc' }).eventId);
  });

  it('keeps the id of an event without a time when the import is repeated later', () => {
    const later = toInteraction(cells({ user: 'u', item: 'i' }), { ...defaults, time: new Date() });
    expect(later).toMatchObject({ value: { eventId: interactionOf({ user: 'u', item: 'i' }).eventId } });
  });

  it.each([
    [{ item: 'i' }, 'the user is empty'],
    [{ user: 'u' }, 'the item is empty'],
    [{ user: 'u', item: 'i', rating: 'NaN' }, '"NaN" is not a number'],
    [{ user: 'u', item: 'i', rating: 'Infinity' }, '"Infinity" is not a number'],
    [{ user: 'u', item: 'i', time: 'yesterday' }, '"yesterday" is not a time'],
  ])('says what is wrong with %j', (fields, problem) => {
    expect(toInteraction(cells(fields as Record<string, string>), defaults)).toEqual({ problem });
  });

  it.each([
    ['881250949', '1997-12-04T15:55:49.000Z'],
    ['1700000000000', '2023-11-14T22:13:20.000Z'],
    ['2020-02-03T04:05:06Z', '2020-02-03T04:05:06.000Z'],
    ['2020-02-03 04:05:06', '2020-02-03T04:05:06.000Z'],
    ['2020-02-03', '2020-02-03T00:00:00.000Z'],
    ['01-Jan-1995', '1995-01-01T00:00:00.000Z'],
  ])('reads the time %s', (text, expected) => {
    expect(parseTime(text)?.toISOString()).toBe(expected);
  });
});
