import { type Alert, isSilent, keyText, rankOf } from './alert';
import type { AlertBook, AlertChange, BookChange, BookTerms, ChangeKind, Delivery } from './alert-book';
import { belongsTo, type DeliveryReason, type Incident, tellOf } from './incident';
import { type Silence, silentUntil } from './silence';

/** A book that is being changed: it collects what must be written. It changes its own maps. */
export class BookDraft {
  readonly #alerts = new Map<string, Alert>();
  readonly #incidents: Map<string, Incident>;
  readonly #silences: Map<string, Silence>;
  readonly #touchedAlerts = new Set<string>();
  readonly #touchedIncidents = new Set<string>();
  readonly #touchedSilences = new Set<string>();
  readonly #dropped = new Set<string>();
  readonly #changes: AlertChange[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #hadSilence = new Set<string>();
  readonly #ended = new Map<string, Alert[]>();

  constructor(
    book: AlertBook,
    readonly terms: BookTerms,
  ) {
    for (const alert of book.alerts) this.#alerts.set(alert.alertId, alert);
    this.#incidents = new Map(book.incidents.map((one) => [one.incidentId, one]));
    this.#silences = new Map(book.silences.map((one) => [one.silenceId, one]));
  }

  get alerts(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  /** The alerts by their key; one that is not over comes before those that are, the latest of which counts. */
  byKey(): Map<string, Alert> {
    const order = (alert: Alert) =>
      alert.phase === 'resolved' ? (alert.resolvedAt?.getTime() ?? 0) : Number.MAX_VALUE;
    return new Map([...this.#alerts.values()].sort((a, b) => order(a) - order(b)).map((one) => [keyText(one), one]));
  }

  /** Puts an alert in its place; `change` says what people are told of it. */
  put(alert: Alert, change?: ChangeKind): Alert {
    const changeCount = alert.changeCount + (change === undefined ? 0 : 1);
    const put = { ...alert, changeCount };
    this.#alerts.set(put.alertId, put);
    this.#touchedAlerts.add(put.alertId);
    if (change !== undefined) this.#changes.push({ change, alert: put });
    if (change === 'resolved') this.#ended.set(put.incidentId, [...(this.#ended.get(put.incidentId) ?? []), put]);
    return put;
  }

  /** Takes away one that never opened. */
  drop({ alertId }: Alert): void {
    this.#alerts.delete(alertId);
    this.#touchedAlerts.delete(alertId);
    this.#dropped.add(alertId);
  }

  putSilence(silence: Silence): void {
    this.#silences.set(silence.silenceId, silence);
    this.#touchedSilences.add(silence.silenceId);
  }

  /** The incident that an alert which opens now belongs to; a new one where none is. */
  join(alert: Alert): Incident {
    const { now, newId } = this.terms;
    const latestFirst = [...this.#incidents.values()].sort(
      (a, b) => b.lastJoinedAt.getTime() - a.lastJoinedAt.getTime(),
    );
    const found =
      this.#incidents.get(alert.incidentId) ?? latestFirst.find((incident) => belongsTo(alert, incident, now));
    const fresh = { subject: alert.subject, likelyCause: alert.likelyCause, openedAt: now };
    const incident = found ?? { ...fresh, incidentId: newId(), lastJoinedAt: now, deliveredRank: 0, deliveryCount: 0 };
    const { resolvedAt: _, ...going } = incident;
    const joined = { ...going, likelyCause: incident.likelyCause || alert.likelyCause, lastJoinedAt: now };
    this.#putIncident(joined);
    return joined;
  }

  /** Brings silences to the alerts, ends and tells incidents, and says what must be written. */
  finish(): BookChange {
    for (const alert of this.#alerts.values()) if (alert.phase === 'open') this.#silence(alert);
    for (const incident of this.#incidents.values()) this.#settle(incident);
    return {
      alerts: [...this.#touchedAlerts].map((id) => this.#alerts.get(id)!),
      droppedAlertIds: [...this.#dropped],
      incidents: [...this.#touchedIncidents].map((id) => this.#incidents.get(id)!),
      silences: [...this.#touchedSilences].map((id) => this.#silences.get(id)!),
      changes: this.#changes,
      deliveries: this.#deliveries,
    };
  }

  #silence(alert: Alert): void {
    const { now } = this.terms;
    const until = silentUntil(alert, [...this.#silences.values()], now);
    if (alert.silencedUntil?.getTime() === until?.getTime()) return;
    const { silencedUntil: before, ...rest } = alert;
    if (until !== undefined) {
      this.put({ ...rest, silencedUntil: until }, 'silenced');
    } else if (before !== undefined) {
      this.#hadSilence.add(alert.incidentId);
      this.put(rest, 'silence_ended');
    }
  }

  #settle(incident: Incident): void {
    const { now } = this.terms;
    const open = [...this.#alerts.values()]
      .filter(({ phase, incidentId }) => phase === 'open' && incidentId === incident.incidentId)
      .sort((a, b) => rankOf(b.severity) - rankOf(a.severity) || a.since.getTime() - b.since.getTime());
    if (open.length === 0) {
      if (incident.resolvedAt === undefined) this.#resolve(incident);
      return;
    }
    const told = tellOf(incident, open, { now, hadSilence: this.#hadSilence.has(incident.incidentId) });
    const { deliveredRank } = told;
    if (deliveredRank === incident.deliveredRank) return;
    const after = { ...incident, deliveredRank };
    if (told.reason === undefined) this.#putIncident(after);
    else this.#deliver(after, told.reason, loudFirst(open, now));
  }

  #resolve(incident: Incident): void {
    const over = { ...incident, resolvedAt: this.terms.now };
    const ended = this.#ended.get(incident.incidentId) ?? [];
    // nobody was told of it, or somebody wants to hear nothing of it: nobody hears of its end
    if (incident.deliveredRank === 0 || ended.length === 0) this.#putIncident(over);
    else this.#deliver(over, 'resolved', ended);
  }

  #deliver(incident: Incident, reason: DeliveryReason, alerts: readonly Alert[]): void {
    const deliveryCount = incident.deliveryCount + 1;
    this.#putIncident({ ...incident, deliveryCount });
    const { incidentId } = incident;
    this.#deliveries.push({
      eventId: `${incidentId}:${deliveryCount}`,
      incidentId,
      reason,
      alerts,
      at: this.terms.now,
    });
  }

  #putIncident(incident: Incident): void {
    this.#incidents.set(incident.incidentId, incident);
    this.#touchedIncidents.add(incident.incidentId);
  }
}

function loudFirst(alerts: readonly Alert[], now: Date): readonly Alert[] {
  return [...alerts.filter((one) => !isSilent(one, now)), ...alerts.filter((one) => isSilent(one, now))];
}
