/** Something that a unit did. */
export interface UnitEvent {
  readonly eventId: string;
  readonly unitKey: string;
  readonly type: string;
  readonly at: Date;
  /** What an erasure goes by: the earlier one of when it happened and when it was accepted. */
  readonly knownFrom: Date;
  readonly value?: number;
  readonly itemId: string;
  readonly decisionId?: string;
  readonly surface?: string;
}

/** A slate that a unit was served. */
export interface SlateFact {
  readonly decisionId: string;
  readonly unitKey: string;
  readonly at: Date;
  readonly surface: string;
  readonly strategy: string;
  readonly latencyMs: number;
  readonly isDegraded: boolean;
  readonly itemCount: number;
  /** Of a slate that was drafted from two variants: whose each item is. */
  readonly teams?: Readonly<Record<string, string>>;
}

/** That a unit was given a variant. */
export interface Exposure {
  readonly experimentId: string;
  readonly unitKey: string;
  readonly variant: string;
  readonly at: Date;
  /** What was known of the unit then. */
  readonly attributes: Readonly<Record<string, string>>;
}
