import { keepDoing } from '@attune/kit';
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
export async function keepSurfaces({
  surfaces,
  pollMs,
  patienceMs,
  logger,
}: KeepSurfacesParts): Promise<AsyncDisposable> {
  const stop = new AbortController();
  let isQuiet = false;

  async function look(): Promise<boolean> {
    try {
      await surfaces.refresh({ signal: AbortSignal.any([stop.signal, AbortSignal.timeout(patienceMs)]) });
      if (isQuiet) logger.info({}, 'surfaces come from the store again');
      isQuiet = false;
      return true;
    } catch (err) {
      if (!isQuiet && !stop.signal.aborted)
        logger.warn({ err }, 'the store of the surfaces cannot be asked; the surfaces at hand serve on');
      isQuiet = true;
      return false;
    }
  }

  if (!(await look()))
    await surfaces.takeCopies().catch((err) => logger.warn({ err }, 'nor can their copy: surfaces are as built in'));
  const keeping = keepDoing({ everyMs: pollMs, work: look, onFailure: () => undefined });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await keeping[Symbol.asyncDispose]();
    },
  };
}
