import type { CallOptions } from './ports';

/** Everybody who acts on what users agree to. */
export interface ConsentReaders {
  /**
   * Resolves when all of them respect what was published before the call; throws `unavailable.consent` where that takes longer than
   * a caller should wait.
   */
  respect(options?: CallOptions): Promise<void>;
}
