import { AppError } from '@attune/errors';

/** Which queue of which service: `prefix` as `keyPrefixFor` gives it, for instance `training:`. */
export interface QueueName {
  readonly prefix: string;
  readonly name: string;
}

/** How long a finished or cancelled job's id stays taken, so that the same id is the same job and never runs twice. */
export const ID_KEPT_SECONDS = 7 * 24 * 60 * 60;

/** The prefix for BullMQ's keys. The braces keep all keys of a queue in one slot of a Redis Cluster. */
export function bullPrefix({ prefix, name }: QueueName): string {
  return `${prefix}{${name}}`;
}

/** The counter behind the fencing tokens of a queue. */
export function fenceKey(queue: QueueName): string {
  return `${bullPrefix(queue)}:fence`;
}

/** Says that a job was cancelled; looked at before each run. */
export function cancelledKey(queue: QueueName, id: string): string {
  return `${bullPrefix(queue)}:cancelled:${id}`;
}

/** Where the ids of cancelled jobs are announced to the workers that may be running them. */
export function cancelChannel(queue: QueueName): string {
  return `${bullPrefix(queue)}:cancel`;
}

/** BullMQ refuses ids with colons and ids that look like integers, so ours are encoded. */
export function bullJobId(id: string): string {
  if (id === '' || !id.isWellFormed()) throw new AppError('invalid.job_id', 'a job id must be well-formed text');
  return `j-${encodeURIComponent(id)}`;
}

/** The id behind a BullMQ job id. */
export function idOf(jobId: string): string {
  return decodeURIComponent(jobId.slice('j-'.length));
}
