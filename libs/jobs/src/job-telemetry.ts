import { isAppError } from '@attune/errors';
import { areMetricsRead, meter } from '@attune/telemetry';
import type { JobCounts } from './job-queue';

const jobs = meter('attune.jobs');
const depth = jobs.gauge('attune.jobs.depth', {
  unit: '{job}',
  description: 'Jobs in a queue that have not ended, by state',
});
const duration = jobs.histogram('attune.jobs.duration', {
  unit: 's',
  description: 'Duration of one run of a job, failed ones (error.type) included',
  boundaries: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600],
});

const DEPTH_INTERVAL_MS = 15_000;
const STATES = ['waiting', 'delayed', 'active'] as const;

/** A run of a job has ended. */
export function jobRan(queue: string, startedAtMs: number, error?: unknown): void {
  duration.record((performance.now() - startedAtMs) / 1_000, {
    'attune.queue': queue,
    ...(error === undefined ? {} : { 'error.type': isAppError(error) ? error.code : 'unexpected' }),
  });
}

/** Looks at the depth of a queue from time to time while metrics are read, until the returned function is called. */
export function watchDepth(queue: string, counts: () => Promise<JobCounts>): () => void {
  if (!areMetricsRead()) return () => undefined;
  const look = () =>
    void counts().then(
      (found) => {
        for (const state of STATES) depth.set(found[state], { 'attune.queue': queue, 'attune.state': state });
      },
      // Redis is away: the connection says so itself, and the last depth stays.
      () => undefined,
    );
  look();
  const timer = setInterval(look, DEPTH_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
