import type { Alert } from '../src/domain/alerts/alert';
import type { AlertBook, BookChange, Round } from '../src/domain/alerts/alert-book';
import { takeRound } from '../src/domain/alerts/take-round';
import type { KnownChange } from '../src/domain/detection/likely-cause';
import type { SeriesReader } from '../src/ports';
import { makeDetect } from '../src/use-cases/detect';
import { makeDistributionDetectors } from '../src/use-cases/detect-in-distributions';
import { makeSeriesDetectors } from '../src/use-cases/detect-in-series';
import { CHANGE_AT, MINUTE_MS, type Truth, World } from './detection-world';
import { MemoryJudges } from './memory-judges';

jest.setTimeout(300_000);

/** A book in memory: what a store does between rounds. */
function aBook() {
  let book: AlertBook = { alerts: [], incidents: [], silences: [] };
  let ids = 0;
  const merged = <T>(before: readonly T[], after: readonly T[], id: (one: T) => string) => [
    ...new Map([...before, ...after].map((one) => [id(one), one])).values(),
  ];
  return {
    take: (round: Round, now: Date): BookChange => {
      const changed = takeRound(book, round, { now, newId: () => `id-${++ids}`, ownerOf: () => 'ml-platform' });
      const dropped = new Set(changed.droppedAlertIds);
      book = {
        alerts: merged(book.alerts, changed.alerts, ({ alertId }) => alertId).filter(
          ({ alertId }) => !dropped.has(alertId),
        ),
        incidents: merged(book.incidents, changed.incidents, ({ incidentId }) => incidentId),
        silences: [],
      };
      return changed;
    },
    open: (): readonly Alert[] => book.alerts.filter(({ phase }) => phase === 'open'),
  };
}

const FOLLOWING = {
  ...{ onFull: () => undefined, stopwatch: () => 0, lookBackMs: 1, newLine: () => 'line' },
  onUnreadable: (metric: string) => {
    throw new Error(`what was written down of ${metric} cannot be read`);
  },
};

interface Seen {
  /** Minutes from the change to the opening, by kind and measure. */
  readonly minutes: ReadonlyMap<string, number>;
  readonly alerts: readonly Alert[];
  readonly pages: number;
  readonly deliveries: number;
}

interface WatchOptions {
  readonly minutes: number;
  readonly changes?: readonly KnownChange[];
  readonly everyMinutes?: number;
  /** Whether distributions are followed: that looks at two weeks of windows first. */
  readonly follows?: boolean;
}

/** Rounds by the minute, as the service makes them, from shortly before the change. */
async function watch(
  series: SeriesReader,
  { minutes, changes = [], everyMinutes = 1, follows = true }: WatchOptions,
): Promise<Seen> {
  const book = aBook();
  const opened = new Map<string, number>();
  let [pages, deliveries] = [0, 0];
  let now = CHANGE_AT;
  const failures: unknown[] = [];
  const detect = makeDetect({
    detectors: [
      ...makeSeriesDetectors(series),
      ...(follows ? makeDistributionDetectors({ ...FOLLOWING, series, judges: new MemoryJudges() }) : []),
    ],
    whole: [],
    causes: {
      changesSince: async () => changes.filter(({ at }) => at <= now),
      productionVersions: async () => new Map([['engagement', '3']]),
      qualityFindings: async () => [],
    },
    take: async (round) => {
      const changed = book.take(round, now);
      for (const { alert, change } of changed.changes) {
        const minute = (now.getTime() - CHANGE_AT.getTime()) / MINUTE_MS;
        if (change === 'opened') opened.set(`${alert.kind} ${alert.measure}`, minute);
      }
      deliveries += changed.deliveries.length;
      pages += changed.deliveries.filter(({ alerts }) => alerts[0]?.severity === 'page').length;
    },
    clock: () => now,
    onFailure: (_, error) => failures.push(error),
  });
  for (let minute = -2; minute <= minutes; minute += everyMinutes) {
    now = new Date(CHANGE_AT.getTime() + minute * MINUTE_MS + 5_000);
    await detect({ signal: new AbortController().signal });
  }
  expect(failures).toEqual([]);
  return { minutes: opened, alerts: book.open(), pages, deliveries };
}

/** The table of times, for whoever wants to see it. */
function show(minutes: ReadonlyMap<string, number>): void {
  if (process.env.SHOW_TIMES === undefined) return;
  for (const [found, minute] of minutes) process.stderr.write(`${found}: ${minute.toFixed(0)} min\n`);
}

let world: World;
beforeAll(() => {
  world = new World(7);
});

describe('detection, on seeded series with a day in them', () => {
  it.each<[string, Partial<Truth>, string, number]>([
    ['slates stop', { slates: 0 }, 'volume slates', 15],
    ['two thirds of the traffic go', { slates: 33 }, 'throughput slates', 20],
    ['answers take three times as long', { latencyMs: 90 }, 'latency recommend_latency_p99_ms', 10],
    ['two fifths of slates fall back', { fallbackShare: 0.4 }, 'throughput fallback_share', 10],
    ['clicks fall by 30 %', { clickRate: 0.21 }, 'concept_drift click_rate', 60],
    ['clicks fall by 15 %', { clickRate: 0.255 }, 'concept_drift click_rate', 90],
    ['half as many clicks as predicted', { clicksPerPrediction: 0.5 }, 'calibration predicted_rate', 240],
  ])('finds within minutes that %s', async (_, change, found, atMost) => {
    const { minutes } = await watch(world.goOn(atMost + 2, change), {
      minutes: atMost,
      follows: false,
    });
    expect([...minutes.keys()]).toContain(found);
    show(minutes);
  });

  it('finds nothing while nothing changes', async () => {
    const { minutes } = await watch(world.goOn(1_440, {}), { minutes: 1_440, everyMinutes: 20 });
    expect([...minutes]).toEqual([]);
  });

  it('makes one incident with one page of everything that a new version breaks, and names it', async () => {
    const change: KnownChange = {
      ...{ kind: 'model_version', model: 'engagement', at: CHANGE_AT },
      what: 'engagement version 3 went from canary to production',
    };
    const series = world.goOn(92, { clickRate: 0.2, probability: 0.4, featureNulls: 0.22 });
    const { alerts, pages, minutes } = await watch(series, { minutes: 90, changes: [change] });
    show(minutes);
    expect([...minutes.keys()]).toEqual(expect.arrayContaining(['null_rate item_age', 'prediction_drift prediction']));
    expect(alerts.length).toBeGreaterThan(3);
    expect(new Set(alerts.map(({ likelyCause }) => likelyCause))).toEqual(
      new Set(['model version: engagement version 3 went from canary to production at 2026-05-15T12:00Z']),
    );
    expect(new Set(alerts.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(pages).toBe(1);
    expect(alerts.find(({ subject }) => subject === 'model:engagement')).toMatchObject({ version: '3' });
  });

  it('names the feature upstream where nothing was changed on purpose', async () => {
    const { alerts, minutes } = await watch(world.goOn(62, { featureMean: 11, probability: 0.4 }), { minutes: 60 });
    show(minutes);
    expect(alerts.map(({ likelyCause }) => likelyCause)).toEqual(alerts.map(() => 'upstream feature: item_age'));
    expect(alerts.length).toBeGreaterThan(1);
  });

  it('says nothing without history, however odd it looks', async () => {
    const series = world.goOn(40, {});
    const onlyNow: SeriesReader = {
      read: (query) => series.read({ ...query, from: new Date(Math.max(query.from.getTime(), CHANGE_AT.getTime())) }),
    };
    expect([...(await watch(onlyNow, { minutes: 38 })).minutes]).toEqual([]);
  });
});
