import { setImmediate as breathe } from 'node:timers/promises';
import { CategoryCounts, categoricalJudge, numericJudge } from '@attune/drift';
import { UNKNOWN } from '../domain/detection/detected';
import {
  DistributionWatch,
  WATCHED_MS,
  type Watched,
  WINDOW_MINUTES,
  WINDOW_MS,
} from '../domain/detection/distribution-watch';
import { ENGAGEMENT_MODEL } from '../domain/metrics/measure-predictions';
import { NO_WORD, sketchOfSteps } from '../domain/metrics/sketch-of-steps';
import type { JudgeStore } from '../judge-ports';
import type { Series, SeriesLabels, SeriesReader, SeriesStep } from '../ports';
import type { Detector } from './detect-in-series';
import { makeEstimates } from './estimate-ahead';
import { makeKeepJudges } from './keep-judges';

const DAY_MS = 86_400_000;
/** Steps are measured within seconds; a window is judged when its last ones are there for certain. */
const MEASURE_LAG_MS = 2 * 60_000;
/** Between so many windows others get their turn. */
const WINDOWS_AT_ONCE = 2;
/** Read at once, so that little is held. */
const READ_MS = DAY_MS / 4;

interface Followed<Values> {
  readonly metric: string;
  readonly labels: SeriesLabels;
  readonly watchedOf: (labels: SeriesLabels) => Watched;
  readonly valuesOf: (steps: readonly LabelledStep[]) => Values;
  readonly watch: DistributionWatch<Values>;
  readonly onWindow?: (watched: Watched, at: Date, values: Values) => void;
}

interface LabelledStep {
  readonly labels: SeriesLabels;
  readonly step: SeriesStep;
}

/** What following needs. */
export interface DistributionParts {
  readonly series: SeriesReader;
  readonly judges: JudgeStore;
  /** Names a line of judges that begin anew. */
  readonly newLine: () => string;
  /** Told of a metric whose judges cannot be read as they are written down: they begin anew. */
  readonly onUnreadable: (metric: string, error: unknown) => void;
  /** Told of a metric of which there is more than can be followed. */
  readonly onFull: (metric: string) => void;
  /** Milliseconds from any fixed moment. */
  readonly stopwatch: () => number;
  /**
   * After so many milliseconds of looking back a round goes on without: where no judges are written down, two weeks of windows are looked at over
   * several rounds. Nothing is said of what is not looked at up to now.
   */
  readonly lookBackMs: number;
}

/** Detectors that follow distributions by windows: features, what models say, and what that means before outcomes come. */
export function makeDistributionDetectors(parts: DistributionParts): readonly Detector[] {
  const numeric = () => numericJudge({ windowMinutes: WINDOW_MINUTES });
  const estimates = makeEstimates();
  return [
    follow(parts, {
      ...{ metric: 'feature', labels: { model: '*', version: '*', feature: '*' }, valuesOf: sketchOfLabelled },
      watchedOf: ({ model, feature }) => ({ subject: `model:${model}`, measure: feature! }),
      watch: new DistributionWatch('feature_drift', numeric),
    }),
    follow(parts, {
      ...{ metric: 'feature_words', labels: { feature: '*', word: '*' }, valuesOf: countsOfSteps },
      watchedOf: ({ feature }) => ({ subject: `model:${ENGAGEMENT_MODEL}`, measure: feature! }),
      watch: new DistributionWatch('feature_drift', () => categoricalJudge({ windowMinutes: WINDOW_MINUTES })),
    }),
    follow(parts, {
      ...{ metric: 'prediction', labels: { model: '*', version: '*' }, valuesOf: sketchOfLabelled },
      // probabilities mean the same in every version; scores of other models are on a scale of their own
      watchedOf: ({ model, version }) => ({
        subject: `model:${model}`,
        measure: model === ENGAGEMENT_MODEL ? 'prediction' : `prediction of version ${version}`,
      }),
      watch: new DistributionWatch('prediction_drift', numeric),
      onWindow: estimates.add,
    }),
    { name: 'estimated_performance', detect: async (now) => estimates.detected(now) },
  ];
}

function follow<Values>(parts: DistributionParts, followed: Followed<Values>): Detector {
  const { metric, labels, watch, onWindow = () => undefined } = followed;
  const { judges: store, newLine, onUnreadable } = parts;
  const judges = makeKeepJudges({ store, metric, watch, onWindow, onUnreadable, newLine });
  return {
    name: metric,
    detect: async (now, { signal }) => {
      const until = Math.floor((now.getTime() - MEASURE_LAG_MS) / WINDOW_MS) * WINDOW_MS;
      const oldest = Math.floor((now.getTime() - WATCHED_MS) / WINDOW_MS) * WINDOW_MS;
      const startedAt = parts.stopwatch();
      const known = await judges.catchUp();
      for (let from = Math.max(oldest, known?.getTime() ?? oldest), to = from; from < until; from = to) {
        signal.throwIfAborted();
        if (parts.stopwatch() - startedAt > parts.lookBackMs) return UNKNOWN;
        to = Math.min(until, from + READ_MS);
        const found = await parts.series.read({ metric, labels, from: new Date(from), to: new Date(to) });
        try {
          await push(followed, found, () => parts.onFull(metric));
          await judges.write(new Date(to), new Date(from - WATCHED_MS - WINDOW_MS));
        } catch (error) {
          // memory is ahead of what is written down: it is let go, and read again
          judges.forget();
          throw error;
        }
      }
      return watch.detected(now);
    },
  };
}

async function push<Values>(followed: Followed<Values>, found: readonly Series[], onFull: () => void): Promise<void> {
  const all = found.flatMap(({ labels, steps }) => steps.map((step) => ({ labels, step })));
  const byWatched = Map.groupBy(all, ({ labels }) => JSON.stringify(followed.watchedOf(labels)));
  let [done, isFull] = [0, false];
  for (const own of byWatched.values()) {
    const watched = followed.watchedOf(own[0]!.labels);
    const windows = Map.groupBy(own, ({ step }) => Math.floor(step.at.getTime() / WINDOW_MS) * WINDOW_MS);
    for (const [at, steps] of [...windows].sort(([a], [b]) => a - b)) {
      const values = followed.valuesOf(steps);
      // it is read before the judge makes it small
      followed.onWindow?.(watched, new Date(at), values);
      if (!followed.watch.push(watched, new Date(at), values)) isFull = true;
      if (++done % WINDOWS_AT_ONCE === 0) await breathe();
    }
  }
  if (isFull) onFull();
}

const sketchOfLabelled = (all: readonly LabelledStep[]) => sketchOfSteps(all.map(({ step }) => step));

function countsOfSteps(steps: readonly LabelledStep[]): CategoryCounts {
  const counts = new CategoryCounts();
  for (const { labels, step } of steps) counts.add(labels.word === NO_WORD ? null : labels.word, step.count);
  return counts;
}
