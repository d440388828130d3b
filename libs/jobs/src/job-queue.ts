/** How many jobs are in which state. */
export interface JobCounts {
  readonly waiting: number;
  /** Waiting for their next attempt. */
  readonly delayed: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
}

/** Where a job is; `unknown` when it was never added, was removed, or finished long ago. */
export type JobState = 'waiting' | 'delayed' | 'active' | 'completed' | 'failed' | 'unknown';

/**
 * What a cancellation did: `removed` before it ever ran again, `aborting` (its worker was told, and `run` sees its signal
 * abort), `finished` (too late), `unknown` (no such job; should it be added later, it will not run).
 */
export type CancelOutcome = 'removed' | 'aborting' | 'finished' | 'unknown';

/** A durable queue of jobs of one kind. */
export interface JobQueue<Data> extends AsyncDisposable {
  /** Puts a job into the queue. The same id is the same job: adding it again changes nothing, also after it finished. */
  add(id: string, data: Data): Promise<void>;
  /** Cancels a job for good, whether it waits or runs. */
  cancel(id: string): Promise<CancelOutcome>;
  state(id: string): Promise<JobState>;
  counts(): Promise<JobCounts>;
}
