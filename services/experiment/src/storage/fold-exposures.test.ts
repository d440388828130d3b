import { foldExposures } from './fold-exposures';

const exposure = (unitKey: string, variant: string, at: string) => ({
  ...{ experimentId: 'e', unitKey, variant, at: new Date(at), attributes: { variant } },
});

describe('exposures of one batch', () => {
  const first = exposure('u', 'a', '2026-05-01T10:00:00Z');
  const later = exposure('u', 'a', '2026-05-01T12:00:00Z');
  const nextDay = exposure('u', 'a', '2026-05-02T00:00:00Z');

  it('come to a day and a unit each once, the earliest first, in whatever order they are', () => {
    const expected = foldExposures([first, later, nextDay]);
    expect(expected.days.map(({ day, at }) => [day, at])).toEqual([
      ['2026-05-01', first.at],
      ['2026-05-02', nextDay.at],
    ]);
    expect(expected.units).toEqual([{ ...first, hasCrossed: false }]);
    expect(foldExposures([nextDay, later, first])).toEqual(expected);
  });

  it('mark a unit that was given two variants', () => {
    const other = exposure('u', 'b', '2026-05-01T11:00:00Z');
    for (const batch of [
      [first, other, later],
      [later, other, first],
    ]) {
      expect(foldExposures(batch).units).toEqual([{ ...first, hasCrossed: true }]);
    }
  });
});
