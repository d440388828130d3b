import { type KeptWork, keepDoing } from '@attune/kit';
import type { ModelFollower } from './follow-models';

/** What keeping up needs. */
export interface KeepFollowingParts {
  readonly models: Pick<ModelFollower, 'sync' | 'askRegistry'>;
  readonly pollMs: number;
  readonly logger: { warn(details: object, message: string): void };
}

/** The registry is asked again until it has answered once; from then on promotions are heard of as they happen. */
const REGISTRY_RETRY_POLLS = 5;

/**
 * Loads what should serve, then keeps looking for what other replicas heard of. The first round is over when this returns; a
 * store or a registry that is away is asked again later.
 */
export async function keepFollowing({ models, pollMs, logger }: KeepFollowingParts): Promise<KeptWork> {
  let hasAsked = false;
  let polls = 0;
  const keeping = keepDoing({
    everyMs: pollMs,
    work: async (waiting) => {
      if (hasAsked || polls++ % REGISTRY_RETRY_POLLS !== 0) return models.sync(waiting);
      try {
        await models.askRegistry(waiting);
        hasAsked = true;
      } catch (error) {
        // Without the registry the pointers that other replicas kept still say what should serve.
        await models.sync(waiting).catch(() => undefined);
        throw error;
      }
    },
    onFailure: (err) => logger.warn({ err }, 'cannot learn what is in production; the models at hand serve on'),
  });
  await keeping.first;
  return keeping;
}
