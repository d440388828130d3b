import { type Alert, isSilent, rankOf } from './alert';

/** Alerts that belong together: one of them is delivered, the others join it. */
export interface Incident {
  readonly incidentId: string;
  readonly subject: string;
  readonly likelyCause: string;
  readonly openedAt: Date;
  readonly lastJoinedAt: Date;
  readonly resolvedAt?: Date;
  /** The rank of the worst severity that was delivered and is not under a silence; 0 for none. */
  readonly deliveredRank: number;
  /** How often it was delivered: numbers its deliveries. */
  readonly deliveryCount: number;
}

/** Within this long after the last one, alerts about the same subject belong together. */
const SAME_SUBJECT_MS = 10 * 60_000;
/** Nothing belongs to an incident for ever. */
const SAME_CAUSE_MS = 24 * 3_600_000;

/**
 * Whether an alert that opens now belongs to an incident: the same known cause, while it lasts, or the same subject within ten
 * minutes of the last that joined.
 */
export function belongsTo(alert: Alert, incident: Incident, now: Date): boolean {
  const sinceLastMs = now.getTime() - incident.lastJoinedAt.getTime();
  if (alert.likelyCause !== '' && alert.likelyCause === incident.likelyCause) {
    return incident.resolvedAt === undefined ? sinceLastMs <= SAME_CAUSE_MS : sinceLastMs <= SAME_SUBJECT_MS;
  }
  return alert.subject === incident.subject && sinceLastMs <= SAME_SUBJECT_MS;
}

/** Why an incident is delivered. */
export type DeliveryReason = 'opened' | 'escalated' | 'silence_ended' | 'resolved';

/** What is to be told of an incident now, and what is known of it afterwards. */
export interface Told {
  readonly deliveredRank: number;
  readonly reason?: DeliveryReason;
}

/**
 * Whether an incident with these open alerts must be told now. It is told once, once more where it gets worse, and again where a
 * silence ends and it still holds. `hadSilence`: some of its alerts were silent until now.
 */
export function tellOf(
  incident: Incident,
  open: readonly Alert[],
  { now, hadSilence }: { readonly now: Date; readonly hadSilence: boolean },
): Told {
  const loud = worstRank(open.filter((alert) => !isSilent(alert, now)));
  const worst = worstRank(open);
  if (loud > incident.deliveredRank) {
    const first = hadSilence ? 'silence_ended' : 'opened';
    return {
      deliveredRank: loud,
      reason: incident.deliveredRank === 0 ? first : hadSilence ? 'silence_ended' : 'escalated',
    };
  }
  // what a silence hides counts as not told, so that it is told when the silence ends
  return { deliveredRank: loud < worst ? Math.min(incident.deliveredRank, loud) : incident.deliveredRank };
}

/** 0 for none. */
function worstRank(alerts: readonly Alert[]): number {
  return Math.max(0, ...alerts.map(({ severity }) => rankOf(severity)));
}
