import type { FindingKind, Severity } from '../finding';

/** What makes two findings the same: while an alert about it is open, no second one opens. */
export interface AlertKey {
  readonly kind: FindingKind;
  readonly subject: string;
  readonly measure: string;
  readonly segment: string;
}

/**
 * `pending`: seen, but not for long enough to be told. `open`: told. `resolved`: over; for a while it comes back as itself if it
 * is seen again.
 */
export type AlertPhase = 'pending' | 'open' | 'resolved';

/** What was found, for as long as it holds. */
export interface Alert extends AlertKey {
  readonly alertId: string;
  /** Empty until it opens. */
  readonly incidentId: string;
  readonly phase: AlertPhase;
  /** The version of the model that served when it began; empty where it is about none. */
  readonly version: string;
  readonly summary: string;
  /** The worst that it has been. */
  readonly severity: Severity;
  readonly value: number;
  readonly bound: number;
  readonly since: Date;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly openedAt?: Date;
  readonly resolvedAt?: Date;
  readonly likelyCause: string;
  readonly owner: string;
  readonly runbook: string;
  readonly acknowledgedBy: string;
  readonly note: string;
  /** Until when the alert itself was silenced. */
  readonly ownSilenceUntil?: Date;
  /** Until when it is silent, by its own silence or by one that matches it. */
  readonly silencedUntil?: Date;
  /** Rounds in a row in which it was seen. */
  readonly heldRounds: number;
  /** Rounds in a row in which it was looked for and not seen. */
  readonly missedRounds: number;
  /** How often what is told of it has changed. */
  readonly changeCount: number;
}

const RANKS = { info: 1, ticket: 2, page: 3 } as const satisfies Record<Severity, number>;

/** Severities as numbers: more is worse. */
export function rankOf(severity: Severity): number {
  return RANKS[severity];
}

/** A key as one text. */
export function keyText({ kind, subject, measure, segment }: AlertKey): string {
  return JSON.stringify([kind, subject, measure, segment]);
}

/** Whether an alert is silent at a time. */
export function isSilent({ silencedUntil }: Pick<Alert, 'silencedUntil'>, now: Date): boolean {
  return silencedUntil !== undefined && silencedUntil > now;
}
