import { monitoring as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { seededRandom, until, useInfra } from '@attune/testkit';
import { aClock, openLog, type Replica, startReplica } from './alerts-fleet';
import { append } from './measurement-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const MINUTE_MS = 60_000;
const WINDOW_MS = 15 * MINUTE_MS;
const clock = aClock('2026-05-08T12:31:00Z');
/** The last window that has ended; it is judged two minutes later. */
const LATEST = new Date('2026-05-08T12:15:00Z');
const WINDOWS = 27 * 4;
const { AlertState } = wire;
const random = seededRandom(9);

let replica: Replica;
let eventLog: EventLog;
let database: Database;

beforeAll(async () => {
  replica = await start();
  eventLog = await openLog(infra);
  database = await openDatabase({
    ...{ url: infra.databaseUrl, schema: schemaFor(infra.namespace, 'monitoring'), applicationName: 'test' },
  });
});

afterAll(async () => {
  for (const open of [replica, eventLog, database]) await open[Symbol.asyncDispose]();
});

const start = () => startReplica(infra, clock.now, { ATTUNE_MONITORING_MEASURE_MS: '100' });

/** What the model says within a window of 120 items: half of them will be clicked, whatever the world; how well it tells them apart differs. */
function predictions(begin: Date, spread: number) {
  return Array.from({ length: 6 }, (_, number) => ({
    key: `u${number}`,
    value: {
      ...{
        predictionId: `${begin.toISOString()} ${number}`,
        userId: `u${number}`,
        areProbabilities: true,
        latencyMs: 3,
      },
      ...{ predictedAt: new Date(begin.getTime() + 1_000), model: { name: 'engagement', version: '2' } },
      itemIds: Array.from({ length: 20 }, (_, item) => `i${item}`),
      scores: Array.from(
        { length: 20 },
        (_, item) => 0.5 + (item % 2 === 0 ? spread : -spread) * (0.9 + 0.2 * random()),
      ),
    },
  }));
}

async function bring(windows: readonly { readonly begin: Date; readonly spread: number }[]): Promise<void> {
  await append(
    eventLog,
    'predictions',
    windows.flatMap(({ begin, spread }) => predictions(begin, spread)),
  );
  await replica.service.caughtUp();
  const left = async () => (await database.query('SELECT 1 FROM touched_steps WHERE width_seconds = 60')).rows.length;
  await until('everything is measured', async () => (await left()) === 0, { timeoutMs: 30_000 });
}

async function alerts(state = AlertState.OPEN): Promise<readonly wire.Alert[]> {
  const found = await replica.client.listAlerts(wire.ListAlertsRequest.fromPartial({ state }));
  return found.alerts;
}

async function round(): Promise<void> {
  expect(await replica.detect()).toBe(true);
  clock.pass(MINUTE_MS / 2);
}

const windowsBefore = (count: number, spread: number) =>
  Array.from({ length: count }, (_, ago) => ({ begin: new Date(LATEST.getTime() - (ago + 1) * WINDOW_MS), spread }));

describe('what the model is worth before outcomes come', () => {
  it('makes no alert while it tells what is clicked from what is not as well as the day before', async () => {
    await bring([
      ...windowsBefore(WINDOWS, 0.4),
      { begin: new Date(LATEST.getTime() - WINDOWS * WINDOW_MS), spread: 0.4 },
    ]);
    await round();
    expect(await alerts()).toEqual([]);
  });

  it('makes one after three rounds where its probabilities say much the same of all items, across the death of a replica', async () => {
    await bring([{ begin: LATEST, spread: 0.05 }]);
    clock.pass(2 * MINUTE_MS);
    await round();
    await round();
    expect(await alerts()).toEqual([]);
    await replica[Symbol.asyncDispose]();
    // whoever comes next cannot look back: it knows what was written down, or nothing
    const { rowCount } = await database.query('DELETE FROM series_steps WHERE sketch IS NOT NULL');
    expect(rowCount).toBeGreaterThan(WINDOWS);
    replica = await start();
    await round();
    expect(await alerts()).toMatchObject([
      {
        ...{ kind: 'estimated_performance', subject: 'model:engagement', measure: 'estimated_auc' },
        ...{ segment: '', severity: wire.AlertSeverity.TICKET, runbook: 'docs/runbooks/estimated-performance.md' },
        summary: expect.stringMatching(/^estimated_auc went from 0\.9\d\d .* to 0\.55\d: .* before outcomes come$/),
      },
    ]);
  });

  it('closes it when the model is as it was, for fifteen rounds', async () => {
    await bring([{ begin: new Date(LATEST.getTime() + WINDOW_MS), spread: 0.4 }]);
    clock.pass(WINDOW_MS);
    for (let count = 0; count < 14; count++) await round();
    expect(await alerts()).toHaveLength(1);
    await round();
    expect(await alerts()).toEqual([]);
    expect(await alerts(AlertState.RESOLVED)).toMatchObject([{ kind: 'estimated_performance' }]);
  });
});
