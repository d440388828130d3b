import type { QualityFinding } from './domain/quality/findings';
import type { QualityCount } from './domain/quality/quality-counts';
import type { Quarantine } from './domain/quality/quarantines';
import type { CallOptions } from './ports';

/** Which counts are wanted: hours from `from` on and before `to`. */
export interface CountsSlice {
  readonly from: Date;
  readonly to: Date;
  /** Undefined for all. */
  readonly producer: string | undefined;
}

/** A producer as the table has it. */
export interface KnownProducer {
  readonly producer: string;
  /** Undefined when it is not in quarantine. */
  readonly quarantinedUntil: Date | undefined;
  readonly reason: string;
}

/** Where counts of incoming data, producers and their quarantines are kept, for all replicas. */
export interface QualityStore {
  /** Adds to what is kept, and remembers that these producers were heard of. */
  addCounts(counts: readonly QualityCount[], now: Date, options?: CallOptions): Promise<void>;
  counts(slice: CountsSlice, options?: CallOptions): Promise<readonly QualityCount[]>;
  /** Forgets hours that are older, and producers of whom nothing is left. */
  forgetBefore(hour: Date, options?: CallOptions): Promise<void>;
  /**
   * Has those findings told that were not told yet. A replica that does the same at the same time waits, and finds them told;
   * a failure of `tell` leaves them untold.
   */
  tellOnce(findings: readonly QualityFinding[], now: Date, tell: TellFindings): Promise<void>;
  /** The quarantines that hold at a moment. */
  quarantines(now: Date, options?: CallOptions): Promise<readonly Quarantine[]>;
  /** Quarantines a producer, whatever was decided before. */
  quarantine(quarantine: Quarantine, now: Date, options?: CallOptions): Promise<void>;
  /** Lets a producer out. Returns whether it was ever heard of. */
  release(producer: string, now: Date, options?: CallOptions): Promise<boolean>;
  /** Quarantines a producer unless it is in quarantine. Returns whether it did. */
  quarantineUnlessIn(quarantine: Quarantine, now: Date): Promise<boolean>;
  /** Producers in the order of their names, after a name. */
  producers(after: string, limit: number, options?: CallOptions): Promise<readonly KnownProducer[]>;
}

/** Tells findings to whoever listens. */
export type TellFindings = (findings: readonly QualityFinding[]) => Promise<void>;
