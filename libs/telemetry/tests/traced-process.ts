// A process for register.int.test.ts: does a little work under telemetry and prints what the test looks at.
import { SpanStatusCode } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createLogger, extractTrace, injectTrace, meter, shutdownTelemetry, withSpan } from '../src/index';

async function main(): Promise<void> {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  const redis = new Redis(process.env.TEST_REDIS_URL ?? '');
  const logger = createLogger({ name: 'traced', level: 'info' });
  await client.connect();
  await client.query('SELECT 1 AS outside');
  const headers: Record<string, string> = {};
  await withSpan('journey', { surface: 'home' }, async () => {
    await client.query('SELECT 2 AS inside');
    await redis.set('secret-key', 'secret-value', 'EX', 1);
    logger.info({}, 'inside the journey');
    injectTrace(headers);
  });
  await extractTrace(headers).run(() => withSpan('continued', {}, async () => undefined));
  await withSpan('of a person', { user_id: 'anna-4711', 'app.user_ids': ['anna-4711'] }, async (span) => {
    span.recordException(new Error('anna-4711 is unwell'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'anna-4711 is unwell' });
  });
  await withSpan('failing', {}, () => Promise.reject(new Error('on purpose'))).catch(() => undefined);
  const served = meter('attune.test').counter('slates', { unit: '{slate}', description: 'Slates served' });
  served.add(1, { surface: 'home', user_id: 'u1', 'enduser.id': 'u1', decisionId: 'd1' });
  const port = process.env.ATTUNE_METRICS_PORT;
  if (port !== undefined) process.stdout.write(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  await client.end();
  redis.disconnect();
  await shutdownTelemetry();
}

void main();
