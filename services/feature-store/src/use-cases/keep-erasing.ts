import type { Erasures } from '../erasure-ports';
import type { CallOptions } from '../ports';
import { erasureFailed } from '../telemetry';
import type { RunErasure } from './run-erasure';

/** How soon erasures that wait for something are looked at again. */
const LOOK_AGAIN_MS = 50;
const AFTER_FAILURE_MS = 2_000;
/** How soon an erasure is taken over whose process did not live to end it. */
const LOOK_EVERY_MS = 5_000;

interface Needs {
  readonly erasures: Pick<Erasures, 'open'>;
  readonly runErasure: RunErasure;
  readonly pause: (ms: number, options: CallOptions) => Promise<void>;
  readonly onFailure: (erasureId: string, error: unknown) => void;
}

/** Erasures that run in this process. */
export interface Erasing {
  /** Says that there is one more. */
  wake(): void;
  /** Resolves when nothing runs here any more; for after the signal was aborted. */
  readonly ended: Promise<void>;
}

/**
 * Brings every erasure to its end, one step of one after the other: those that are asked for here, and those that another process
 * did not live to end. One that waits for somebody keeps no other one waiting.
 */
export function keepErasing({ erasures, runErasure, pause, onFailure }: Needs, signal: AbortSignal): Erasing {
  let sleeping = new AbortController();
  const round = async (): Promise<number> => {
    const open = await erasures.open({ signal });
    let hasFailed = false;
    for (const erasureId of open) {
      if (signal.aborted) break;
      await runErasure(erasureId, { signal }).catch((error: unknown) => {
        if (signal.aborted) return;
        hasFailed = true;
        erasureFailed(error);
        onFailure(erasureId, error);
      });
    }
    if (hasFailed) return AFTER_FAILURE_MS;
    return open.length > 0 ? LOOK_AGAIN_MS : LOOK_EVERY_MS;
  };
  const rounds = async () => {
    while (!signal.aborted) {
      sleeping = new AbortController();
      // without PostgreSQL there is nothing to say that readiness does not say
      const ms = await round().catch(() => AFTER_FAILURE_MS);
      await pause(ms, { signal: AbortSignal.any([signal, sleeping.signal]) });
    }
  };
  return { wake: () => sleeping.abort(), ended: rounds() };
}
