import { AppError } from '@attune/errors';
import type { Waiting } from '../ports';
import type { Job, JobAnswer } from './protocol';

/** A job on its way. */
export interface Call {
  readonly job: Job;
  readonly waiting: Waiting;
  resolve(answer: JobAnswer): void;
  reject(error: unknown): void;
}

const MOST_WAITING = 256;
/** What a new measurement counts in the pace: enough to follow a change in some ten calls. */
const NEWEST_WEIGHT = 0.2;

/** Jobs that wait for one worker: bounded, in their order, those of one sort together. It knows how long a job takes. */
export class JobQueue {
  readonly #calls: Call[] = [];
  /** Milliseconds that the worker takes for a job; 0 while nobody knows. */
  #paceMs = 0;

  constructor(private readonly now: () => number) {}

  get length(): number {
    return this.#calls.length;
  }

  /**
   * Takes a call in, or rejects it at once: where too many wait, and where it could not be done in its time as long as jobs take what
   * they took lately. `ahead` are jobs that the worker has in hand.
   */
  add(call: Call, ahead: number): void {
    if (call.waiting.signal.aborted) call.reject(call.waiting.signal.reason);
    else if (this.#calls.length >= MOST_WAITING) {
      call.reject(full('too many calls wait for the model; try again later'));
    } else if (this.#isTooLate(call, ahead + this.#calls.length)) {
      call.reject(full('so many calls wait for the model that this one could not be answered in its time'));
    } else this.#calls.push(call);
  }

  /** Whoever is alone is let in whatever the pace: otherwise one slow answer would shut the door for good. */
  #isTooLate({ waiting: { deadlineAtMs = Number.POSITIVE_INFINITY } }: Call, before: number): boolean {
    return before > 0 && this.now() + (before + 1) * this.#paceMs > deadlineAtMs;
  }

  /**
   * The next jobs to run as one, at most `limit` but never none while some wait: who asks until all are taken comes to an end, whatever
   * limit a worker told. Calls that were cancelled or ran late while they waited are never run.
   */
  take(limit: number): Call[] {
    const taken: Call[] = [];
    while (this.#calls.length > 0 && (taken.length === 0 || taken.length < limit)) {
      const call = this.#calls[0]!;
      const { signal, deadlineAtMs = Number.POSITIVE_INFINITY } = call.waiting;
      if (signal.aborted) call.reject(signal.reason);
      else if (this.now() > deadlineAtMs) call.reject(full('the call waited for the model until its time was up'));
      else if (taken.length > 0 && !fits(call.job, taken)) break;
      else taken.push(call);
      this.#calls.shift();
    }
    return taken;
  }

  /** Learns that the worker did so many jobs in that time. */
  measured(jobs: number, tookMs: number): void {
    const perJob = tookMs / jobs;
    this.#paceMs = this.#paceMs === 0 ? perJob : this.#paceMs + NEWEST_WEIGHT * (perJob - this.#paceMs);
  }

  /** Fails all that wait. */
  rejectAll(reason: unknown): void {
    for (const call of this.#calls.splice(0)) call.reject(reason);
  }
}

/** A large matrix takes its time however it is run: those behind it must not make the first one wait for them. */
const MOST_NUMBERS = 32_768;

function fits(job: Job, taken: readonly Call[]): boolean {
  if (sortOf(job) !== sortOf(taken[0]!.job)) return false;
  return taken.reduce((sum, call) => sum + numbersOf(call.job), numbersOf(job)) <= MOST_NUMBERS;
}

function numbersOf(job: Job): number {
  return job.do === 'predict' ? job.features.length : 0;
}

/** Jobs of a sort may be run as one. */
function sortOf(job: Job): string {
  return job.do === 'by_vector' ? job.measure : job.do;
}

function full(message: string): AppError {
  return new AppError('exhausted.model_queue', message);
}
