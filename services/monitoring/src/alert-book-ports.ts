import type { Alert } from './domain/alerts/alert';
import type { AlertBook, BookChange, ChangeKind, Delivery } from './domain/alerts/alert-book';
import type { Silence } from './domain/alerts/silence';

/** Where an alert stands for people. */
export type AlertStanding = 'open' | 'acknowledged' | 'silenced' | 'resolved';

/** Which alerts. Newest first. */
export interface AlertFilter {
  readonly standing?: AlertStanding;
  readonly subject?: string;
  readonly leastRank: number;
  readonly after?: { readonly openedAt: Date; readonly alertId: string };
  readonly limit: number;
  /** The moment at which a silence counts. */
  readonly now: Date;
}

/** A change with its place in the order of all. */
export interface StoredChange {
  readonly sequence: number;
  readonly eventId: string;
  readonly change: ChangeKind;
  readonly changedAt: Date;
  readonly alert: Alert;
}

/** Alerts, incidents and silences. All changes happen one after the other, each as a whole. */
export interface AlertStore {
  /** Writes what `by` makes of the book as it is now, and returns it. */
  change(now: Date, by: (book: AlertBook) => BookChange): Promise<BookChange>;
  list(filter: AlertFilter): Promise<readonly Alert[]>;
  /** Newest first, at most `limit`. */
  silences(filter: { readonly endAfter?: Date; readonly limit: number }): Promise<readonly Silence[]>;
  /** Throws `not_found.silence`. */
  silence(silenceId: string): Promise<Silence>;
  /** The place of the newest change. */
  latestSequence(): Promise<number>;
  /** Changes after a place, in order. */
  changesAfter(sequence: number, limit: number): Promise<readonly StoredChange[]>;
  /** Hands over what was not published yet, in order, to one publisher at a time. */
  publishPending(publish: (changes: readonly StoredChange[]) => Promise<void>, now: Date): Promise<number>;
  /** Takes out what ended before a time. Returns how many rows left. */
  prune(before: { readonly alerts: Date; readonly changes: Date }): Promise<number>;
}

/** Something to be told that is due. */
export interface DueDelivery {
  readonly sequence: number;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly delivery: Delivery;
}

/** What people are to be told. */
export interface DeliveryStore {
  /** Takes what is due until `heldUntil`: a replica that dies with it leaves it to others then. The oldest of each incident alone. */
  claim(now: Date, heldUntil: Date): Promise<readonly DueDelivery[]>;
  settle(sequence: number, isDelivered: boolean, now: Date): Promise<void>;
  retryAt(sequence: number, at: Date): Promise<void>;
}

/** Tells people. Throws where it cannot be told for certain. */
export type TellPeople = (delivery: Delivery, options: { readonly signal: AbortSignal }) => Promise<void>;
