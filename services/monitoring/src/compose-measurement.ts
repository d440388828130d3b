import { keepDoing } from '@attune/kit';
import type { AlertReader } from './alert-ports';
import { subscribeToFacts } from './compose-facts';
import { rankOf } from './domain/alerts/alert';
import { makeBudgetHandlers } from './grpc/budget-handlers';
import { healthProbes } from './grpc/health-probe';
import { makeMeasurementHandlers } from './grpc/measurement-handlers';
import { TrainingSpending } from './grpc/training-spending';
import { measureInTurn } from './jobs/measure-in-turn';
import type { ComposedPart, MonitoringParts } from './monitoring-part';
import { PostgresAlertStore } from './storage/postgres-alert-store';
import { PostgresBudgetStore } from './storage/postgres-budget-store';
import { PostgresFactStore } from './storage/postgres-fact-store';
import { PostgresMeasurementStore } from './storage/postgres-measurement-store';
import { PostgresSeriesStore } from './storage/postgres-series-store';
import { PostgresSeriesUpkeep } from './storage/postgres-series-upkeep';
import { PostgresStaleHours } from './storage/postgres-stale-hours';
import { PostgresStepFacts } from './storage/postgres-step-facts';
import { RedisHourCounters } from './storage/redis-hour-counters';
import { makeGetFleetHealth } from './use-cases/get-fleet-health';
import { makeGetModelHealth } from './use-cases/get-model-health';
import { makeGetTimeSeries } from './use-cases/get-time-series';
import { makeKeepSeriesShort } from './use-cases/keep-series-short';
import { makeListBudgets } from './use-cases/list-budgets';
import { makeMeasureHours } from './use-cases/measure-hours';
import { makeMeasureTouched } from './use-cases/measure-touched';
import { makeReadSteps } from './use-cases/read-steps';
import { makeReportSpending } from './use-cases/report-spending';
import { makeSetBudget } from './use-cases/set-budget';

const HOUR_SECONDS = 3_600;
const UPKEEP_EVERY_MS = 3_600_000;
const SPENDING_EVERY_MS = 15_000;
const MOST_ALERTS = 100;

/** Wires what is measured from the stream: facts come in, series are made of them, and questions about series are answered. */
export async function composeMeasurement(parts: MonitoringParts): Promise<ComposedPart> {
  const { config, platform } = parts;
  const facts = new PostgresFactStore(platform.database, {
    factDays: config.monitoringFactDays,
    attributionHours: config.monitoringAttributionHours,
  });
  const series = new PostgresSeriesStore(platform.database);
  const counters = new RedisHourCounters(platform.redis);
  await measure(parts, series, counters);
  await keepShort(parts, facts);
  return {
    handlers: { ...questions(parts, { facts, series, counters }), ...(await budgets(parts)) },
    subscriptions: await subscribeToFacts(parts, facts),
  };
}

interface Stores {
  readonly facts: PostgresFactStore;
  readonly series: PostgresSeriesStore;
  readonly counters: RedisHourCounters;
}

function questions({ config, platform, stack }: MonitoringParts, { facts, series, counters }: Stores) {
  const { database, clock } = platform;
  const readSteps = makeReadSteps({ series, counters, clock });
  const alerts = openAlerts(new PostgresAlertStore(database), clock);
  const modelsSeen = (since: Date) => series.lastSeen('requests', 'model', since);
  const shared = { stages: facts, modelsSeen, alerts, clock };
  return makeMeasurementHandlers({
    clock,
    getTimeSeries: makeGetTimeSeries(readSteps),
    getModelHealth: makeGetModelHealth({ ...shared, readSteps, settleMs: config.monitoringSettleSeconds * 1_000 }),
    getFleetHealth: makeGetFleetHealth({ ...shared, services: healthProbes(config, stack) }),
  });
}

/** What health says of alerts: those that nobody has taken, and those that somebody has. */
function openAlerts(store: PostgresAlertStore, clock: () => Date): AlertReader {
  return {
    openAlerts: async (subject) => {
      const filter = { leastRank: 0, limit: MOST_ALERTS, now: clock(), ...(subject === undefined ? {} : { subject }) };
      const found = [
        await store.list({ ...filter, standing: 'open' }),
        await store.list({ ...filter, standing: 'acknowledged' }),
      ];
      return found.flat().sort((a, b) => rankOf(b.severity) - rankOf(a.severity));
    },
  };
}

async function budgets({ platform, stack }: MonitoringParts) {
  const { database, clock, logger } = platform;
  const store = new PostgresBudgetStore(database);
  const source = new TrainingSpending(() => platform.client('training'));
  const work = makeReportSpending({ budgets: store, source, clock });
  await stack.open('asking what training spends', () =>
    keepDoing({
      ...{ everyMs: SPENDING_EVERY_MS, work },
      onFailure: (err) => logger.warn({ err }, 'training does not say what it spends; it is asked again'),
    }),
  );
  const listBudgets = makeListBudgets({ budgets: store, clock });
  return makeBudgetHandlers({ listBudgets, setBudget: makeSetBudget({ budgets: store, listBudgets, clock }) });
}

async function measure(
  { config, platform, stack, onMeasure }: MonitoringParts,
  series: PostgresSeriesStore,
  counters: RedisHourCounters,
): Promise<void> {
  const { database, clock, logger } = platform;
  const work = measureInTurn({
    // by hand the rounds go by the service's clock, as their caller does
    ...{ database, stopwatch: onMeasure === undefined ? () => performance.now() : () => clock().getTime() },
    measureTouched: makeMeasureTouched({
      facts: new PostgresStepFacts(database, config.monitoringAttributionHours * HOUR_SECONDS),
      store: new PostgresMeasurementStore(database, series),
    }),
    measureHours: makeMeasureHours({ hours: new PostgresStaleHours(database), counters, clock }),
  });
  if (onMeasure !== undefined) {
    onMeasure(() => work({ signal: new AbortController().signal }));
    return;
  }
  await stack.open('measuring of series', () =>
    keepDoing({
      ...{ everyMs: config.monitoringMeasureMs, work },
      onFailure: (err) => logger.warn({ err }, 'series could not be measured; it is tried again'),
    }),
  );
}

async function keepShort({ config, platform, stack }: MonitoringParts, facts: PostgresFactStore): Promise<void> {
  const { database, clock, logger } = platform;
  const settings = {
    factDays: config.monitoringFactDays,
    minuteDays: config.monitoringMinuteDays,
    seriesDays: config.monitoringSeriesDays,
  };
  const work = makeKeepSeriesShort({ facts, series: new PostgresSeriesUpkeep(database), clock, settings });
  await stack.open('end of old facts and series', () =>
    keepDoing({
      ...{ everyMs: UPKEEP_EVERY_MS, work },
      onFailure: (err) => logger.warn({ err }, 'old facts and series could not be taken out; it is tried again'),
    }),
  );
}
