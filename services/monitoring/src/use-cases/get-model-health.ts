import { AppError } from '@attune/errors';
import type { AlertReader } from '../alert-ports';
import type { Alert } from '../domain/alerts/alert';
import type { ModelVersion } from '../domain/facts';
import { type HealthMeasure, type HealthState, judgeHealth } from '../domain/health/health';
import { healthMetricsOf } from '../domain/health/health-metrics';
import { normalRange } from '../domain/health/normal-range';
import type { Metric } from '../domain/metrics/metric';
import { type ValueStep, valueOfSteps } from '../domain/metrics/value-of-steps';
import type { StageReader } from '../fact-ports';
import type { Clock } from '../ports';
import { isOfSums, type StepReader } from './read-steps';

const HOUR_MS = 3_600_000;
const HISTORY_MS = 7 * 24 * HOUR_MS;
/** Of what sums do not tell: a week of sketches takes seconds to add up. */
const SKETCHED_HISTORY_MS = 24 * HOUR_MS;
const HOUR_SECONDS = 3_600;
/** An hour with fewer observations is no example of what is normal. */
const SHARE_OF_LEAST = 0.1;

/** How a model is. */
export interface ModelHealth {
  readonly model: ModelVersion;
  readonly measures: readonly HealthMeasure[];
  readonly alerts: readonly Alert[];
  readonly state: HealthState;
  readonly verdict: string;
}

/** What health is made of. */
export interface ModelHealthParts {
  readonly readSteps: StepReader;
  readonly stages: StageReader;
  readonly modelsSeen: (since: Date) => Promise<ReadonlyMap<string, Date>>;
  readonly alerts: AlertReader;
  readonly clock: Clock;
  /** Slates younger than this are not judged by what users did with them yet. */
  readonly settleMs: number;
}

type Step = ValueStep & { readonly at: Date };

/**
 * Makes the use case: how a model is now, beside what is normal for it by the hours before the window: of the week, or of the day where
 * sketches tell the value.
 */
export function makeGetModelHealth(parts: ModelHealthParts) {
  return async function getModelHealth(query: {
    readonly model: string;
    readonly version: string;
    readonly windowHours: number;
  }): Promise<ModelHealth> {
    const model = await resolve(query);
    const now = parts.clock();
    const from = new Date(now.getTime() - query.windowHours * HOUR_MS);
    const measures: HealthMeasure[] = [];
    // several metrics look at the same steps
    const known = new Map<string, Promise<Looked>>();
    for (const metric of healthMetricsOf(model.name)) {
      const key = `${metric.series} ${metric.awaitsOutcomes}`;
      if (!known.has(key)) known.set(key, look(metric, model, { from, now }));
      measures.push(measureOf(metric, await known.get(key)!));
    }
    const alerts = await parts.alerts.openAlerts(`model:${model.name}`);
    return { model, measures, alerts, ...judgeHealth(model.name, measures, alerts) };
  };

  /** The version in production where none is named. */
  async function resolve({
    model,
    version,
  }: {
    readonly model: string;
    readonly version: string;
  }): Promise<ModelVersion> {
    if (version !== '') return { name: model, version };
    const serving = await parts.stages.inProduction();
    const found = serving.find(({ name }) => name === model);
    if (found !== undefined) return found;
    const seen = await parts.modelsSeen(new Date(parts.clock().getTime() - HISTORY_MS));
    if (seen.has(model)) return { name: model, version: '*' };
    const names = [...new Set([...serving.map(({ name }) => name), ...seen.keys()])].sort();
    throw new AppError(
      'not_found.model',
      `no version of model "${model}" is in production or was seen this week; known are ${names.join(', ') || 'none'}`,
    );
  }

  /** What was seen of the version in the window, and of all versions in the hours of the week before. */
  async function look(metric: Metric, model: ModelVersion, { from, now }: { from: Date; now: Date }): Promise<Looked> {
    const to = metric.awaitsOutcomes ? new Date(now.getTime() - parts.settleMs) : now;
    const labels = { model: model.name, version: model.version };
    const before = new Date(Math.floor(from.getTime() / HOUR_MS) * HOUR_MS);
    const backMs = isOfSums(metric.name) ? HISTORY_MS : SKETCHED_HISTORY_MS;
    const since = new Date(
      Math.max(before.getTime() - backMs, Math.ceil((now.getTime() - HISTORY_MS) / HOUR_MS) * HOUR_MS),
    );
    const [current, history] = await Promise.all([
      parts.readSteps({ metric: metric.name, labels, from, to }, metric.width),
      since < before
        ? parts.readSteps({ metric: metric.name, labels: { model: model.name }, from: since, to: before }, HOUR_SECONDS)
        : [],
    ]);
    return { current, history };
  }
}

interface Looked {
  readonly current: readonly Step[];
  readonly history: readonly Step[];
}

function measureOf(metric: Metric, { current, history }: Looked): HealthMeasure {
  const { value, count } = valueOfSteps(metric, current);
  // sums of a window are not sums of an hour
  const hours = metric.value.kind === 'sum' ? [] : hourlyValues(metric, history);
  const isEnough = count >= metric.leastCount && value !== undefined;
  return {
    ...{ metric, segment: '', count, normal: normalRange(hours), value: isEnough ? value : undefined },
    ...(isEnough ? {} : { problem: `${count} observations of at least ${metric.leastCount} were seen` }),
  };
}

function hourlyValues(metric: Metric, history: readonly Step[]): number[] {
  const hours = Map.groupBy(history, ({ at }) => Math.floor(at.getTime() / HOUR_MS));
  return [...hours.values()].flatMap((steps) => {
    const { value, count } = valueOfSteps(metric, steps);
    return value === undefined || count < metric.leastCount * SHARE_OF_LEAST ? [] : [value];
  });
}
