export { extractTrace, injectTrace } from './carrier';
export { isIdentifying, safeLabels } from './identifying';
export { createLogger, type Logger, type LoggerOptions, type LogMethod } from './logger';
export {
  areMetricsRead,
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  type MetricDescription,
  meter,
} from './meter';
export { writable } from './pseudonyms';
export { flushTelemetry, shutdownTelemetry } from './shutdown';
export { SpanKind, type SpanOptions, withoutSpans, withSpan } from './span';
