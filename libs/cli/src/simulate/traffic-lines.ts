import { intervalText } from '../experiment/interval-text';
import { table } from '../output';
import { percentText } from '../percent-text';
import type { TrafficAtShift, TrafficBook } from './traffic-book';
import { clickRate, clicksPerImpression, type TrafficTotals } from './traffic-totals';
import type { ExperimentProgress, LearningState, PolicyState } from './watch-learning';

/** How far the traffic is. */
export interface TrafficProgress {
  readonly hours: number;
  readonly seconds: number;
  readonly book: Pick<TrafficBook, 'all' | 'byStrategy' | 'byVariant' | 'degraded' | 'degradedBy' | 'hour' | 'shift'>;
  readonly learning: LearningState;
}

/** Everything for people to look at: redrawn while it goes on, and printed at the end. */
export function trafficLines({ hours, seconds, book, learning }: TrafficProgress): readonly string[] {
  const { all, degraded } = book;
  const rate = seconds > 0 ? ` (${(all.slates / seconds).toFixed(0)}/s)` : '';
  const short = degraded > 0 ? `, ${degraded} of them degraded` : '';
  return [
    `Hour ${Math.min(hours, book.hour).toFixed(1)} of ${hours}: ${all.slates} slates${rate}${short}`,
    '',
    ...table(HEADER, [
      row('all', all),
      ...shiftRows(book.shift),
      ...[...book.byStrategy].map(([name, totals]) => row(`by ${name}`, totals)),
      ...[...book.byVariant].map(([name, totals]) => row(name, totals)),
    ]),
    ...(learning.policy === undefined ? [] : ['', ...policyLines(learning.policy)]),
    ...(learning.experiment === undefined ? [] : ['', ...experimentLines(learning.experiment)]),
    ...learning.problems.map((problem) => `(${problem})`),
  ];
}

/** The same in one line, where nobody looks at a terminal. */
export function trafficLine({ hours, book, learning }: TrafficProgress): string {
  const parts = [
    `hour ${Math.min(hours, book.hour).toFixed(1)}`,
    `${book.all.slates} slates`,
    `click rate ${rateText(clickRate(book.all))}`,
    ...[...book.byVariant].map(([name, totals]) => `${name} ${rateText(clickRate(totals))}`),
    ...(learning.policy?.arms ?? []).map(({ arm, share }) => `${arm} ${percentText(share, 0)}`),
    ...(learning.experiment === undefined ? [] : [`experiment ${learning.experiment.state}`]),
  ];
  return parts.join(', ');
}

const HEADER = ['', 'slates', 'with a click', 'clicks/impression', 'likes', 'hides'];

function row(name: string, totals: TrafficTotals) {
  const { slates, likes, hides } = totals;
  return [name, slates, rateText(clickRate(totals)), rateText(clicksPerImpression(totals), 2), likes, hides];
}

function shiftRows(shift: TrafficAtShift | undefined) {
  if (shift === undefined) return [];
  const name = `the shift at hour ${shift.atHour}`;
  return [row(`before ${name}`, shift.before), row(`since ${name}`, shift.since)];
}

function rateText(rate: number | undefined, decimals = 1): string {
  return rate === undefined ? '-' : percentText(rate, decimals);
}

function policyLines({ name, enabled, arms }: PolicyState): readonly string[] {
  const rows = arms.map(({ arm, share, rewardMean, selections }) => {
    return [arm, percentText(share, 1), bar(share), Math.round(selections), rewardMean.toFixed(3)];
  });
  const state = enabled ? '' : ' (switched off: always its default arm)';
  return [`Policy ${name}${state} has chosen:`, ...table(['arm', 'share', '', 'choices', 'mean reward'], rows)];
}

const BAR = 20;
const bar = (share: number) => '#'.repeat(Math.round(BAR * share)).padEnd(BAR);

function experimentLines(progress: ExperimentProgress): readonly string[] {
  const { experimentId, state, action, recommendation, withheld, results } = progress;
  const rows = results
    .filter(({ note }) => note === '')
    .map(({ metric, variant, lift, sequentialLow, sequentialHigh, probabilityBetter }) => [
      ...[metric, variant, percentText(lift, 1)],
      ...[intervalText(sequentialLow, sequentialHigh), probabilityBetter.toFixed(3)],
    ]);
  return [
    `Experiment ${experimentId} is ${state}${action === '' ? '' : `: ${action}`}`,
    ...(withheld === '' ? [] : [`Its results are withheld: ${withheld}`]),
    ...(rows.length === 0 ? [] : table(['metric', 'variant', 'lift', 'always-valid interval', 'P(better)'], rows)),
    ...(recommendation === '' ? [] : [recommendation]),
  ];
}
