import { type KeptWork, keepDoing } from '@attune/kit';
import type { ExperimentBook } from '../experiment-ports';

/** What keeping experiments fresh needs. */
export interface KeepExperimentsParts {
  readonly experiments: Pick<ExperimentBook, 'ask' | 'takeCopies'>;
  readonly pollMs: number;
  /** How long one question to the owner may take: a frozen one must not keep the service from starting. */
  readonly patienceMs: number;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** Until the owner has answered once, it is asked again after so many looks; from then on changes are heard of as they happen. */
const RETRY_POLLS = 5;
/** Then it is asked only now and then, for what the log may have lost. */
const CHECK_POLLS = 60;

/**
 * Reads which experiments run, and goes on looking for what other replicas heard of. The first look is over when this returns; while the
 * owner cannot be asked, the last copies stand in.
 */
export async function keepExperiments(parts: KeepExperimentsParts): Promise<KeptWork> {
  const { experiments, pollMs, patienceMs, logger } = parts;
  let hasAsked = false;
  let polls = 0;
  const keeping = keepDoing({
    everyMs: pollMs,
    work: async ({ signal }) => {
      const isDue = polls++ % (hasAsked ? CHECK_POLLS : RETRY_POLLS) === 0;
      if (!isDue) return experiments.takeCopies();
      try {
        await experiments.ask({ signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
        hasAsked = true;
      } catch (error) {
        await experiments.takeCopies().catch(withoutCopies);
        throw error;
      }
    },
    onFailure: (err) => logger.warn({ err }, 'cannot learn which experiments run; those at hand serve on'),
    onRecovery: () => logger.info({}, 'it is known again which experiments run'),
  });
  await keeping.first;
  return keeping;

  function withoutCopies(err: unknown): void {
    logger.warn({ err }, 'the copies of the experiments cannot be read either');
  }
}
