import type { AppError } from '@attune/errors';
import type { QueueName } from './queue-keys';

/** One run of a job, as its worker sees it. */
export interface RunningJob<Data> {
  readonly id: string;
  readonly data: Data;
  /** Aborts when the job is cancelled, when its lock was lost to another worker, and when this worker must stop. */
  readonly signal: AbortSignal;
  /** 1 for the first run; every retry and every take-over counts. */
  readonly attempt: number;
  /** Higher than that of every earlier run in this queue: effects carry it, so that a run that was taken over has none. */
  readonly fencingToken: number;
}

/** What a worker does and how patient it is. */
export interface JobWorkerOptions<Data> extends QueueName {
  readonly redisUrl: string;
  /** Jobs at the same time. Their CPU work belongs into `runInChild`: a blocked event loop loses the locks of all of them. */
  readonly concurrency: number;
  run(job: RunningJob<Data>): Promise<void>;
  /** Called once when a job has failed for good: not worth a retry, out of attempts, cancelled, or lost too often. */
  onFailed?(job: { readonly id: string; readonly data: Data }, error: AppError): Promise<void>;
  /** A worker that does not renew its lock for so long is taken for dead. Default 30 s. */
  readonly lockMs?: number;
  /** How often jobs of dead workers are looked for. Default 15 s. */
  readonly takeoverCheckMs?: number;
  /** How many dead workers a job may leave behind before it fails. Default 5. */
  readonly maxTakeovers?: number;
  /** How long `stop` lets running jobs finish before it aborts them and puts them back. Default 25 s. */
  readonly graceMs?: number;
  readonly clock?: () => Date;
  readonly logger?: JobLogger;
}

/** The part of a logger that a worker needs. */
export interface JobLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** A worker that takes jobs until it is stopped. */
export interface JobWorker extends AsyncDisposable {
  readonly running: number;
  /** Takes no more jobs, lets the running ones finish, and puts back what is not done after the grace. */
  stop(): Promise<void>;
}
