import type { Finding, FindingKind } from '../finding';
import type { Alert, AlertKey } from './alert';
import type { DeliveryReason, Incident } from './incident';
import type { Silence } from './silence';

/** How long an alert that is over comes back as itself, without being delivered anew. */
export const REVIVE_MS = 30 * 60_000;

/** What is known when a round comes in. */
export interface AlertBook {
  /** All that are pending or open, and those that were resolved within `REVIVE_MS`. */
  readonly alerts: readonly Alert[];
  /** All of those alerts' incidents, and those that others may still join. */
  readonly incidents: readonly Incident[];
  /** Those that hold. */
  readonly silences: readonly Silence[];
}

/** What one round of detection found. */
export interface Round {
  readonly findings: readonly Finding[];
  /** What was looked at and is in order. Of what is in neither list nothing is known: it stays as it is. */
  readonly inOrder: readonly AlertKey[];
  /** Kinds of which everything was looked at: what is not among the findings is in order. */
  readonly completeKinds?: readonly FindingKind[];
}

/** What happened to an alert. */
export type ChangeKind =
  | 'opened'
  | 'reopened'
  | 'escalated'
  | 'acknowledged'
  | 'silenced'
  | 'silence_ended'
  | 'resolved';

/** An alert after something happened to it. */
export interface AlertChange {
  readonly change: ChangeKind;
  readonly alert: Alert;
}

/** An incident as it is to be told to people. */
export interface Delivery {
  /** The same however often it is sent. */
  readonly eventId: string;
  readonly incidentId: string;
  readonly reason: DeliveryReason;
  /** Its open alerts, worst first; those that ended last where it is over. */
  readonly alerts: readonly Alert[];
  readonly at: Date;
}

/** What a change of the book writes. */
export interface BookChange {
  readonly alerts: readonly Alert[];
  /** Pending ones that were not seen again. */
  readonly droppedAlertIds: readonly string[];
  readonly incidents: readonly Incident[];
  readonly silences: readonly Silence[];
  readonly changes: readonly AlertChange[];
  readonly deliveries: readonly Delivery[];
}

/** What the book must be told from outside. */
export interface BookTerms {
  readonly now: Date;
  readonly newId: () => string;
  readonly ownerOf: (subject: string) => string;
}
