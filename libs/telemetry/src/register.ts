// Starts telemetry before anything else is loaded: node --require @attune/telemetry/register. Instrumentation replaces
// functions of gRPC, pg, ioredis and kafkajs while they load, so what was loaded before it stays unseen.

import type { Resource } from '@opentelemetry/resources';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import { reportProblems } from './report-problems';
import { startInstrumentation } from './start-instrumentation';
import { startTracing } from './start-tracing';
import { type TelemetrySettings, telemetrySettings } from './telemetry-settings';

try {
  const settings = telemetrySettings(process.env);
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': settings.serviceName }));
  reportProblems();
  startTracing(settings, resource, metricsIfRead(settings, resource));
  startInstrumentation();
} catch (error) {
  process.stderr.write(`telemetry cannot start: ${(error as Error).message}\n`);
  process.exit(2);
}

function metricsIfRead(settings: TelemetrySettings, resource: Resource): MeterProvider | undefined {
  if (settings.metrics === undefined && !settings.sendsToCollector) return undefined;
  const { startMetrics } = require('./start-metrics') as typeof import('./start-metrics');
  return startMetrics(settings, resource);
}
