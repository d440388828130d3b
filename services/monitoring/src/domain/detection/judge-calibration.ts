import { type Detected, judged, short, together, UNKNOWN, whereabouts } from './detected';
import type { MetricHistory, SeriesHistory } from './metric-history';
import { bucketOf } from './same-times';

const WINDOW_MS = 6 * 3_600_000;
const OUTCOME_LAG_MS = 10 * 60_000;
const LEAST_COUNT = 2_000;
/** Probabilities that are off by less change no decision. */
const LEAST_GAP = 0.2;
/** Items of one slate are not independent: their variance is taken to be so many times as large. */
const CLUSTERED = 4;
const ERRORS = 6;

/** Whether predicted probabilities of the last six hours are off what happened by a fifth or more, beyond chance. */
export function judgeCalibration(
  { predicted, observed }: { readonly predicted: MetricHistory; readonly observed: MetricHistory },
  now: Date,
): Detected {
  const outcomes = new Map([...observed.series()].map((series) => [keyOf(series), series]));
  return together(
    [...predicted.series()].map((series) => {
      const other = outcomes.get(keyOf(series));
      return other === undefined ? UNKNOWN : judgeSeries(series, other, now);
    }),
  );
}

const keyOf = ({ labels }: SeriesHistory) => JSON.stringify(Object.entries(labels).sort());

function judgeSeries(predicted: SeriesHistory, observed: SeriesHistory, now: Date): Detected {
  const to = bucketOf(new Date(now.getTime() - OUTCOME_LAG_MS));
  const from = new Date(to.getTime() - WINDOW_MS);
  const [said, happened] = [predicted.stretch(from, to), observed.stretch(from, to)];
  if (said.count < LEAST_COUNT || !(said.value > 0)) return UNKNOWN;
  const { subject, segment } = whereabouts(predicted.labels);
  const key = { kind: 'calibration', subject, measure: 'predicted_rate', segment } as const;
  const gap = said.value - happened.value;
  const error = Math.sqrt((CLUSTERED * said.value * (1 - said.value)) / said.count);
  const bound = happened.value * (1 + Math.sign(gap) * LEAST_GAP);
  if (Math.abs(gap) < LEAST_GAP * happened.value || Math.abs(gap) < ERRORS * error) return judged(key, undefined);
  return judged(key, {
    ...{ value: said.value, bound, since: from, severity: 'ticket' },
    summary: `the model predicts ${short(said.value)} on average where ${short(happened.value)} happens, over the last six hours`,
  });
}
