// A process for register.int.test.ts: does a little work under telemetry and prints what the test looks at.
import { SpanStatusCode } from '@opentelemetry/api';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { createLogger, extractTrace, injectTrace, meter, shutdownTelemetry, withSpan } from '../src/index';

async function printMetrics(): Promise<void> {
  const { ATTUNE_METRICS_PORT: port, TEST_ACCEPT: accept = 'text/plain', TEST_TOKEN: token } = process.env;
  if (port === undefined) return;
  const headers = { accept, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
  process.stdout.write(`answered ${answer.status} ${answer.headers.get('content-type')}\n${await answer.text()}`);
}

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
  const took = meter('attune.test').histogram('work.duration', {
    unit: 's',
    description: 'How long work took',
    boundaries: [0.1, 1],
  });
  took.record(0.05, { surface: 'home' });
  await withSpan('slow work', {}, async (span) => {
    took.record(0.5, { surface: 'home', user_id: 'u1' });
    logger.info({}, `slow work was ${span.spanContext().traceId}`);
  });
  for (let at = 0; at < 1_100; at++) served.add(1, { surface: `surface ${at}` });
  await printMetrics();
  await client.end();
  redis.disconnect();
  await shutdownTelemetry();
}

void main();
