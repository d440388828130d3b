import { isSegmentDue, type Segment, segmentsToDrop } from './segments';

const HOUR_MS = 3_600_000;
const now = new Date('2026-01-06T00:00:00Z');
const limits = { maxBytes: 2_400, keptMs: 24 * HOUR_MS };
const ago = (segment: string, hours: number, bytes: number): Segment => {
  return { segment, bytes, beganAt: new Date(now.getTime() - hours * HOUR_MS) };
};

describe('segments of spans', () => {
  it('begin at the start, after an hour of a day, and when one is full', () => {
    expect(isSegmentDue([], limits, now)).toBe(true);
    expect(isSegmentDue([ago('1', 0.9, 50)], limits, now)).toBe(false);
    expect(isSegmentDue([ago('1', 1, 50)], limits, now)).toBe(true);
    expect(isSegmentDue([ago('1', 0.1, 101)], limits, now)).toBe(true);
  });

  it('leave when even their youngest span is too old', () => {
    const segments = [ago('3', 1, 10), ago('2', 24, 10), ago('1', 30, 10)];
    // the second began a day ago, but ended an hour ago
    expect(segmentsToDrop(segments, limits, now).map(({ segment }) => segment)).toEqual(['1']);
  });

  it('leave oldest first when all are too large, but never the one that is written', () => {
    const segments = [ago('4', 0.1, 1_000), ago('3', 0.2, 1_000), ago('2', 0.3, 1_000), ago('1', 0.4, 1_000)];
    expect(segmentsToDrop(segments, limits, now).map(({ segment }) => segment)).toEqual(['2', '1']);
    expect(segmentsToDrop([ago('1', 0.1, 9_999)], limits, now)).toEqual([]);
  });
});
