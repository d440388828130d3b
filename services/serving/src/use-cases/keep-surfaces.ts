import { type KeptWork, keepDoing } from '@attune/kit';
import type { SurfaceBook } from '../surface-ports';

/** What keeping surfaces fresh needs. */
export interface KeepSurfacesParts {
  readonly surfaces: Pick<SurfaceBook, 'refresh'> & { readonly takeCopies: () => Promise<void> };
  readonly pollMs: number;
  /** How long one look at the store may take: a frozen one must not keep the service from starting. */
  readonly patienceMs: number;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/**
 * Reads the surfaces, and goes on looking for changes. The first look is over when this returns; where the store could not be asked, the
 * last copy stands in, or else what is built in, until it can.
 */
export async function keepSurfaces({ surfaces, pollMs, patienceMs, logger }: KeepSurfacesParts): Promise<KeptWork> {
  let isFirst = true;
  const keeping = keepDoing({
    everyMs: pollMs,
    work: async ({ signal }) => {
      try {
        await surfaces.refresh({ signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) });
      } catch (error) {
        if (isFirst) await surfaces.takeCopies().catch(withoutCopies);
        throw error;
      } finally {
        isFirst = false;
      }
    },
    onFailure: (err) =>
      logger.warn({ err }, 'the store of the surfaces cannot be asked; the surfaces at hand serve on'),
    onRecovery: () => logger.info({}, 'surfaces come from the store again'),
  });
  await keeping.first;
  return keeping;

  function withoutCopies(err: unknown): void {
    logger.warn({ err }, 'the copy of the surfaces cannot be read: they are as built in');
  }
}
