export type { CancelOutcome, JobCounts, JobQueue, JobState } from './job-queue';
export type { JobLogger, JobWorker, JobWorkerOptions, RunningJob } from './job-worker';
export { openQueue, type QueueOptions } from './open-queue';
export type { QueueName } from './queue-keys';
export { type ChildOptions, runInChild } from './run-in-child';
export { type ChildContext, serveChild } from './serve-child';
export { startWorker } from './start-worker';
