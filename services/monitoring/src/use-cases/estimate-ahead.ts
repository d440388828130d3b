import { type DistributionSketch, estimatePerformance } from '@attune/drift';
import { type Detected, together, UNKNOWN } from '../domain/detection/detected';
import { type Watched, WINDOW_MS } from '../domain/detection/distribution-watch';
import { judgeWindow } from '../domain/detection/judge-quality';
import type { Stretch } from '../domain/detection/metric-history';
import { ENGAGEMENT_MODEL } from '../domain/metrics/measure-predictions';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** A window that ended longer ago says nothing about now. */
const STALE_MS = 4 * WINDOW_MS;

type Estimate = 'estimated_auc' | 'estimated_rate';

/** What the probabilities of the engagement model promise, window by window, before outcomes come. */
export function makeEstimates() {
  // by their time: a window that comes again is the same one
  const windows: Readonly<Record<Estimate, Map<number, Stretch>>> = {
    estimated_auc: new Map(),
    estimated_rate: new Map(),
  };

  function judge(measure: Estimate, now: Date): Detected {
    const known = windows[measure];
    for (const at of known.keys()) if (now.getTime() - at > WEEK_MS + DAY_MS) known.delete(at);
    const kept = [...known.values()].sort((a, b) => a.at.getTime() - b.at.getTime());
    const current = kept.at(-1);
    if (current === undefined || now.getTime() - current.at.getTime() > STALE_MS) return UNKNOWN;
    const before = kept.slice(0, -1).filter(({ at }) => current.at.getTime() - at.getTime() <= WEEK_MS);
    if (before.length === 0 || current.at.getTime() - before[0]!.at.getTime() < DAY_MS) return UNKNOWN;
    const kind = 'estimated_performance' as const;
    const rules = { kind, measure, higherIsBetter: true, isFelt: false, leastCount: 1 };
    return judgeWindow({ before, current, labels: { model: ENGAGEMENT_MODEL }, measure: rules });
  }

  return {
    /** Takes in a window of what the model said. */
    add: ({ subject }: Watched, at: Date, sketch: DistributionSketch): void => {
      if (subject !== `model:${ENGAGEMENT_MODEL}`) return;
      const found = estimatePerformance(sketch);
      if (found === null) return;
      const { count, auc, rate } = found;
      if (auc !== null) windows.estimated_auc.set(at.getTime(), { at, count, value: auc.value });
      windows.estimated_rate.set(at.getTime(), { at, count, value: rate.value });
    },
    /** What the newest window says, beside those of the week before. */
    detected: (now: Date): Detected => together([judge('estimated_auc', now), judge('estimated_rate', now)]),
  };
}
