import { idBefore, idToReadAfter, isBefore, parsePosition, positionText } from './positions';

describe('positions', () => {
  it('come back from their text', () => {
    expect(parsePosition(positionText('1700000000000-3', 42))).toEqual({ id: '1700000000000-3', ordinal: 42 });
  });

  it('are ordered by time, then by sequence, then by record', () => {
    const ordered = ['0-0.0', '9-0.1', '10-0.2', '10-2.3', '10-10.4', '10-10.5'].map(parsePosition);
    for (let i = 1; i < ordered.length; i += 1) {
      expect([isBefore(ordered[i - 1]!, ordered[i]!), isBefore(ordered[i]!, ordered[i - 1]!)]).toEqual([true, false]);
    }
  });

  it('lead to their own entry again, wherever it lies', () => {
    const after = ['5-3.9', '5-0.9', '0-0.0', '4-18446744073709551615.9'].map(parsePosition).map(idToReadAfter);
    expect(after).toEqual(['5-2', '4-18446744073709551615', '0-0', '4-18446744073709551614']);
  });

  it('begin at a time, which may be the beginning of all', () => {
    expect([new Date(5), new Date(0), new Date(-1)].map(idBefore)).toEqual(['4-18446744073709551615', '0-0', '0-0']);
  });
});
