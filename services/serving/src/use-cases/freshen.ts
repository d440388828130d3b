import type { Waiting } from '../ports';
import type { SurfaceBook } from '../surface-ports';

/** Operators want what another replica stored a moment ago, but not to wait for a store that is frozen. */
const PATIENCE_MS = 1_000;

/** Looks for what changed, for a moment; where the store cannot be asked, what is in memory is the answer. */
export async function freshen(surfaces: Pick<SurfaceBook, 'refresh'>, { signal }: Waiting): Promise<void> {
  const stop = new AbortController();
  const cancel = () => stop.abort(signal.reason);
  signal.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  const late = new Promise<void>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await Promise.race([surfaces.refresh({ signal: stop.signal }).catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
