import { monitoring as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { toAlert } from '../alert-message';
import type { HealthMeasure, HealthState } from '../domain/health/health';
import { METRICS } from '../domain/metrics/metric-catalogue';
import type { Clock } from '../ports';
import type { makeGetFleetHealth } from '../use-cases/get-fleet-health';
import type { makeGetModelHealth } from '../use-cases/get-model-health';
import type { makeGetTimeSeries } from '../use-cases/get-time-series';

const USUAL_STEP_SECONDS = 3_600;
const USUAL_WINDOW_HOURS = 24;
const MOST_WINDOW_HOURS = 24 * 30;
const DAY_MS = 86_400_000;
const MOST_LABELS = 8;

const STATES = {
  healthy: wire.HealthState.HEALTHY,
  unknown: wire.HealthState.UNKNOWN,
  degraded: wire.HealthState.DEGRADED,
  unhealthy: wire.HealthState.UNHEALTHY,
} as const satisfies Record<HealthState, wire.HealthState>;

type MeasurementHandlers = Pick<
  Handlers<wire.MonitoringServiceServer>,
  'getTimeSeries' | 'listMetrics' | 'getModelHealth' | 'getFleetHealth'
>;

/** Handlers of the RPCs about what is measured. */
export function makeMeasurementHandlers(use: {
  readonly getTimeSeries: ReturnType<typeof makeGetTimeSeries>;
  readonly getModelHealth: ReturnType<typeof makeGetModelHealth>;
  readonly getFleetHealth: ReturnType<typeof makeGetFleetHealth>;
  readonly clock: Clock;
}): MeasurementHandlers {
  return {
    getTimeSeries: async ({ metric, labels, from, to = use.clock(), stepSeconds }) => {
      const v = validate();
      v.map('labels', labels, { maxEntries: MOST_LABELS });
      v.finite('step_seconds', stepSeconds, { min: 0 });
      v.throwIfAny();
      const course = await use.getTimeSeries({
        ...{ metric, labels, from: from ?? new Date(to.getTime() - DAY_MS), to },
        stepSeconds: stepSeconds === 0 ? USUAL_STEP_SECONDS : stepSeconds,
      });
      return {
        unit: course.metric.unit,
        points: course.points.map(({ at, value, count }) => ({ at, value, sampleCount: sampleCount(count) })),
      };
    },
    listMetrics: async () => ({
      metrics: METRICS.map(({ name, unit, description, cuts }) => ({
        ...{ name, unit, description },
        labels: [...new Set(cuts.flat())].sort(),
      })),
    }),
    getModelHealth: async ({ model, version, windowHours }) => {
      const v = validate();
      v.id('model', model);
      v.optionalId('version', version);
      v.finite('window_hours', windowHours, { min: 0, max: MOST_WINDOW_HOURS });
      v.throwIfAny();
      const health = await use.getModelHealth({ model, version, windowHours: windowHours || USUAL_WINDOW_HOURS });
      const ref = { name: health.model.name, version: health.model.version === '*' ? '' : health.model.version };
      return wire.GetModelHealthResponse.fromPartial({
        ...{ model: ref, verdict: health.verdict, state: STATES[health.state] },
        measures: health.measures.map(toMeasure),
        alerts: health.alerts.map((alert) => toAlert(alert, use.clock())),
      });
    },
    getFleetHealth: async () => {
      const { state, subjects, alerts, verdict } = await use.getFleetHealth();
      return {
        ...{ state: STATES[state], verdict },
        subjects: subjects.map((one) => ({ ...one, lastSeenAt: one.lastSeenAt, state: STATES[one.state] })),
        alerts: alerts.map((alert) => toAlert(alert, use.clock())),
      };
    },
  };
}

/** What is normal is without bounds while there is too little history. */
function toMeasure({ metric, segment, value, count, normal, problem }: HealthMeasure): wire.HealthMeasure {
  return wire.HealthMeasure.fromPartial({
    ...{ name: metric.name, unit: metric.unit, segment, value: value ?? 0, sampleCount: sampleCount(count) },
    normalLow: normal?.low ?? Number.NEGATIVE_INFINITY,
    normalHigh: normal?.high ?? Number.POSITIVE_INFINITY,
    ...(problem === undefined ? {} : { problem: { code: 'failed_precondition.observations', message: problem } }),
  });
}

function sampleCount(count: number): number {
  return Math.min(Math.round(count), 2 ** 32 - 1);
}
