import { join } from 'node:path';
import { loadSettings } from '@attune/config';
import { createClient, SERVICES } from '@attune/contracts';
import { migrate, openDatabase, schemaFor } from '@attune/postgres';
import { createLogger } from '@attune/telemetry';
import { settingsOf, useInfra } from '@attune/testkit';
import { monitoringSettings } from '../src/config';
import type { KeptSpan } from '../src/domain/traces/kept-span';
import { startMonitoring } from '../src/service';
import { PostgresSpanStore } from '../src/storage/postgres-span-store';
import { endOfOldSpans } from '../src/use-cases/end-of-old-spans';

jest.setTimeout(60_000);
const infra = useInfra();
const HOUR_MS = 3_600_000;
const MEBIBYTE = 1_048_576;

const span = (traceId: string, attributes: Record<string, string> = {}): KeptSpan => ({
  ...{ traceId, spanId: 'b'.repeat(16), name: 'read', service: 'serving', kind: 'internal', attributes },
  ...{ startedAtMs: 1, durationMs: 2, hasFailed: false },
});
const traceOf = (at: number) => String(at).padStart(32, '0');

async function openStore() {
  const schema = schemaFor(infra.namespace, 'monitoring');
  const logger = createLogger({ name: 'test', level: 'silent', userKeyOf: (userId: string) => userId });
  await migrate({ url: infra.databaseUrl, schema, directory: join(__dirname, '..', 'migrations'), logger });
  const database = await openDatabase({
    ...{ url: infra.databaseUrl, schema, applicationName: 'test', maxConnections: 4, logger },
  });
  return { database, store: new PostgresSpanStore(database) };
}

describe('spans in PostgreSQL', () => {
  it('leave an hour at a time when they are a day old, and the oldest first when they are too much', async () => {
    const { database, store } = await openStore();
    await using _ = database;
    let nowMs = Date.parse('2026-01-05T00:00:00Z');
    const turn = (maxBytes = 256 * MEBIBYTE) => {
      const limits = { maxBytes, keptMs: 24 * HOUR_MS };
      return endOfOldSpans({ segments: store, limits, clock: () => new Date(nowMs) });
    };
    for (let hour = 0; hour <= 30; hour += 1, nowMs += HOUR_MS) {
      await turn();
      await store.add([span(traceOf(hour + 1))]);
    }
    const isThere = async (hour: number) => (await store.ofTrace(traceOf(hour + 1))).length === 1;
    // it is hour 30: what was written in hour 5 was in a segment that ended a day ago
    expect([await isThere(5), await isThere(6), await isThere(30)]).toEqual([false, true, true]);
    // what cannot be compressed: 8 batches of 1 MB, and half a megabyte may stay
    const noise = () => Array.from({ length: 200 }, (_, at) => `${Math.sin(at + nowMs)}`.repeat(25)).join('');
    for (let batch = 0; batch < 8; batch += 1) {
      const spans = Array.from({ length: 10 }, (_, at) => span(traceOf(100 + batch), { noise: `${at}${noise()}` }));
      await store.add(spans);
      nowMs += 1;
      await turn(MEBIBYTE / 2);
    }
    expect(await isThere(30)).toBe(false);
    const bytes = (await store.list()).reduce((sum, segment) => sum + segment.bytes, 0);
    // the limit, and what came since the last turn
    expect(bytes).toBeLessThan(MEBIBYTE);
    expect((await store.ofTrace(traceOf(107))).length).toBe(10);
    const { rows } = await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_class WHERE relname ~ '^spans_[0-9]+$' AND relnamespace = current_schema()::regnamespace",
    );
    expect(rows[0]!.count).toBe((await store.list()).length);
  });
});

describe('a monitoring service without a port for spans', () => {
  it('says that it receives none', async () => {
    const service = await startMonitoring(loadSettings(monitoringSettings, settingsOf(infra)));
    await using _ = service;
    await using client = createClient({
      ...{ definition: SERVICES.monitoring.definition, address: service.address, caller: 'test' },
    });
    await expect(client.getTrace({ traceId: 'f'.repeat(32) })).rejects.toMatchObject({
      code: 'failed_precondition.traces_not_received',
    });
  });

  it('does not start with a port beyond loopback and no protection', async () => {
    const env = {
      ...settingsOf(infra),
      ...{ ATTUNE_MONITORING_OTLP_PORT: '0', ATTUNE_MONITORING_OTLP_HOST: '0.0.0.0' },
    };
    await expect(startMonitoring(loadSettings(monitoringSettings, env))).rejects.toThrow('ATTUNE_TLS_CERT_FILE');
  });
});
