import type { OffPolicyReport } from '@attune/bandits';
import { AppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { EvaluationTask, PolicyEvaluator } from '../evaluation-ports';

/** What the child that estimates gets. */
export interface PolicyEvaluationInput {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly task: EvaluationTask;
}

interface Options extends Omit<PolicyEvaluationInput, 'task'> {
  /** The absolute path of the built module of the child. */
  readonly modulePath: string;
  /** How many may run at once. */
  readonly atOnce: number;
}

const TIMEOUT_MS = 60_000;
/** It only reads, so nothing must be tidied up before it ends. */
const KILL_GRACE_MS = 100;
const RETRY_AFTER_MS = 1_000;

/**
 * Estimates in child processes, which read the choices themselves: neither reading nor estimating takes the time of those who choose. More
 * than may run at once are refused and do not wait here, since a call that waits keeps the place of one that chooses.
 */
export class ChildPolicyEvaluator implements PolicyEvaluator {
  #running = 0;

  constructor(private readonly options: Options) {}

  async evaluate(task: EvaluationTask, { signal }: { readonly signal: AbortSignal }): Promise<OffPolicyReport> {
    const { atOnce, modulePath, databaseUrl, schema } = this.options;
    if (this.#running >= atOnce) throw tooMany(atOnce);
    this.#running++;
    const input: PolicyEvaluationInput = { databaseUrl, schema, task };
    const limits = { timeoutMs: TIMEOUT_MS, killGraceMs: KILL_GRACE_MS };
    try {
      return await runInChild<OffPolicyReport>({ modulePath, input, signal, ...limits });
    } finally {
      this.#running--;
    }
  }
}

function tooMany(atOnce: number): AppError {
  const message = `${atOnce} ${atOnce === 1 ? 'evaluation runs' : 'evaluations run'} here already: ask again in a moment`;
  return new AppError('exhausted.evaluations', message, { retryAfterMs: RETRY_AFTER_MS });
}
