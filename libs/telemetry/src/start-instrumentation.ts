import { metrics, trace } from '@opentelemetry/api';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';

/**
 * Watches gRPC, PostgreSQL, Redis and Kafka. Statements and commands outside any call (polls, health checks, blocking
 * reads of the event log) get no span: they would be most of the spans and lead nowhere.
 */
export function startInstrumentation(): void {
  const instrumentations = [
    new GrpcInstrumentation({ ignoreGrpcMethods: ['Check', 'Watch', 'ServerReflectionInfo'] }),
    new PgInstrumentation({ requireParentSpan: true, ignoreConnectSpans: true }),
    // Arguments of commands hold ids and what people wrote: the span says which command ran, no more.
    new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
    new KafkaJsInstrumentation(),
  ];
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(trace.getTracerProvider());
    instrumentation.setMeterProvider(metrics.getMeterProvider());
  }
}
