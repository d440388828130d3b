import { seededRandom } from '@attune/testkit';
import { judgeQuality, type QualityMeasure } from './judge-quality';
import { BUCKET_MS, MetricHistory } from './metric-history';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-05-01T00:00:00Z');
const CLICK_RATE: QualityMeasure = {
  ...{ kind: 'concept_drift', measure: 'click_rate', higherIsBetter: true, isFelt: true, leastCount: 30 },
};
const SHIFT_HOUR = 24 * 7;

/** Seven days at .5 with so many slates an hour, then thirty hours at `after`. */
function aHistory({ slatesPerHour, after, seed }: { slatesPerHour: number; after: number; seed: number }) {
  const uniform = seededRandom(seed);
  const history = new MetricHistory(false);
  for (let hour = 0; hour < SHIFT_HOUR + 30; hour++) {
    const rate = hour < SHIFT_HOUR ? 0.5 : after;
    const count = slatesPerHour / 12;
    for (let at = START_MS + hour * HOUR_MS; at < START_MS + (hour + 1) * HOUR_MS; at += BUCKET_MS) {
      const clicks = Array.from({ length: count }, () => uniform()).filter((one) => one < rate).length;
      history.put({ model: 'als' }, new Date(at), { count, value: clicks / count });
    }
  }
  return history;
}

const timeAt = (hour: number) => new Date(START_MS + (SHIFT_HOUR + hour) * HOUR_MS + 10 * 60_000);
const foundAt = (history: MetricHistory, hour: number) => judgeQuality(history, CLICK_RATE, timeAt(hour)).findings;

describe('judgeQuality', () => {
  it('finds a drop within an hour where many people come', () => {
    const [found] = foundAt(aHistory({ slatesPerHour: 1_200, after: 0.35, seed: 1 }), 1);
    expect(found).toMatchObject({
      subject: 'model:als',
      severity: 'page',
      since: new Date(timeAt(0).getTime() - 600_000),
    });
  });

  it('finds it within six hours where few do', () => {
    const history = aHistory({ slatesPerHour: 48, after: 0.25, seed: 2 });
    expect(foundAt(history, 6)).toMatchObject([{ kind: 'concept_drift', measure: 'click_rate' }]);
  });

  it('finds what six hours of few people do not tell within a day, and when it began', () => {
    const history = aHistory({ slatesPerHour: 48, after: 0.38, seed: 4 });
    expect(foundAt(history, 6)).toEqual([]);
    const [found] = foundAt(history, 24);
    expect(found).toMatchObject({ kind: 'concept_drift', severity: 'page' });
    const hoursOff = (found!.since.getTime() - (START_MS + SHIFT_HOUR * HOUR_MS)) / HOUR_MS;
    expect(Math.abs(hoursOff)).toBeLessThanOrEqual(3);
  });

  it('finds nothing where nothing changes, at any hour of thirty worlds', () => {
    const calm = Array.from({ length: 30 }, (_, seed) => aHistory({ slatesPerHour: 48, after: 0.5, seed: 100 + seed }));
    const hours = Array.from({ length: 10 }, (_, tenth) => 3 * tenth + 2);
    expect(calm.flatMap((history) => hours.flatMap((hour) => foundAt(history, hour)))).toEqual([]);
  });
});
