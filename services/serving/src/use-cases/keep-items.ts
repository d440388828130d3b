import { keepDoing } from '@attune/kit';
import type { Waiting } from '../ports';
import type { ItemFollower } from './follow-items';

/** What keeping up needs. */
export interface KeepItemsParts {
  readonly follower: ItemFollower;
  /** Fills a projection that does not have every item; undefined while another replica does it. */
  readonly fill: (waiting: Waiting) => Promise<number | undefined>;
  readonly pollMs: number;
  /** Called when a projection that had every item does not have them any more: Redis has lost what it had. */
  readonly whenLost: () => void;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/** Filling is tried again after so many polls: another replica may have given up, or the feature-store come back. */
const FILL_RETRY_POLLS = 8;

/**
 * Takes over every item, then keeps taking over what changes. The first round is over when this returns; a store that is away is asked
 * again later. Filling the projection goes on beside it, and nobody waits for that.
 */
export async function keepItems({
  follower,
  fill,
  pollMs,
  whenLost,
  logger,
}: KeepItemsParts): Promise<AsyncDisposable> {
  let isWhole: boolean | undefined;

  const following = keepDoing({
    everyMs: pollMs,
    work: async () => {
      const wasWhole = isWhole;
      ({ isWhole } = await follower.catchUp());
      if (wasWhole && !isWhole) whenLost();
    },
    onFailure: (err) => logger.warn({ err }, 'changes of items cannot be read; what is known of items stays as it is'),
  });
  await following.first;
  const filling = keepDoing({
    everyMs: FILL_RETRY_POLLS * pollMs,
    work: async (waiting) => {
      const count = isWhole === false ? await fill(waiting) : undefined;
      if (count !== undefined) logger.info({ count }, 'the catalog of items was filled from the feature-store');
    },
    onFailure: (err) =>
      logger.warn(
        { err },
        'the catalog of items cannot be filled from the feature-store yet; it has what the event log says',
      ),
  });
  return {
    async [Symbol.asyncDispose]() {
      await filling[Symbol.asyncDispose]();
      await following[Symbol.asyncDispose]();
    },
  };
}
