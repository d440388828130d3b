// Starts telemetry before anything else is loaded: node --require @attune/telemetry/register. Instrumentation replaces
// functions of gRPC, pg, ioredis and kafkajs while they load, so what was loaded before it stays unseen.
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { startInstrumentation } from './start-instrumentation';
import { startTracing } from './start-tracing';
import { telemetrySettings } from './telemetry-settings';

try {
  const settings = telemetrySettings(process.env);
  const resource = defaultResource().merge(resourceFromAttributes({ 'service.name': settings.serviceName }));
  startTracing(settings, resource);
  if (settings.metricsPort !== undefined || settings.sendsToCollector) {
    const { startMetrics } = require('./start-metrics') as typeof import('./start-metrics');
    startMetrics(settings, resource);
  }
  startInstrumentation();
} catch (error) {
  process.stderr.write(`telemetry cannot start: ${(error as Error).message}\n`);
  process.exit(2);
}
