import { areMetricsRead, meter } from '@attune/telemetry';
import { trace } from '@opentelemetry/api';
import type { Redis } from 'ioredis';

const duration = meter('attune.redis').histogram('db.client.operation.duration', {
  unit: 's',
  description: 'Duration of commands of Redis within calls, jobs and batches',
  boundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
});

type Command = Parameters<Redis['sendCommand']>[0];

/**
 * Measures the commands of a connection that belong to a call, a job or a batch, as the instrumentation of PostgreSQL does: polls,
 * blocking reads and bulks that run outside every span are passed over. Nothing is done where nobody reads metrics.
 */
export function measureCommands(redis: Redis): void {
  if (!areMetricsRead()) return;
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command: Command, ...rest) => {
    const answer = send(command, ...rest);
    if (trace.getActiveSpan() !== undefined) measure(command);
    return answer;
  };
}

function measure(command: Command): void {
  const startedAtMs = performance.now();
  const note = (error?: unknown) =>
    duration.record((performance.now() - startedAtMs) / 1_000, {
      'db.system.name': 'redis',
      'db.operation.name': command.name.toUpperCase(),
      ...(error === undefined ? {} : { 'error.type': (error as Error).name }),
    });
  command.promise.then(() => note(), note);
}
