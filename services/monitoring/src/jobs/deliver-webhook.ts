import { AppError } from '@attune/errors';
import type { TellPeople } from '../alert-book-ports';
import type { Alert } from '../domain/alerts/alert';
import type { Delivery } from '../domain/alerts/alert-book';

/** A webhook that takes longer is taken for dead, and asked again later. */
const TIMEOUT_MS = 5_000;
/** The others are counted. */
const MOST_ALERTS = 20;

/** Makes a webhook that is told of incidents: one POST of JSON each. What it answers is not read; only its status counts. */
export function deliverWebhook(
  url: string,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): TellPeople {
  return async (delivery, { signal }) => {
    const response = await post(url, delivery, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    // a body may be long or never end
    await response.body?.cancel().catch(() => undefined);
    if (!response.ok) throw new AppError('unavailable.webhook', `the webhook answered with status ${response.status}`);
  };
}

async function post(url: string, delivery: Delivery, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': delivery.eventId },
      body: JSON.stringify(webhookBody(delivery)),
      redirect: 'manual',
      signal,
    });
  } catch (cause) {
    // the address may have a token in it, and is left out
    throw new AppError('unavailable.webhook', 'the webhook could not be reached, or did not answer in time', { cause });
  }
}

function webhookBody({ eventId, incidentId, reason, alerts, at }: Delivery) {
  const [first] = alerts as readonly [Alert, ...Alert[]];
  return {
    ...{ eventId, incidentId, reason, at, severity: first.severity, subject: first.subject, owner: first.owner },
    ...{ title: first.summary, since: first.since, likelyCause: first.likelyCause, runbook: first.runbook },
    alertCount: alerts.length,
    alerts: alerts.slice(0, MOST_ALERTS).map((alert) => ({
      ...{ alertId: alert.alertId, kind: alert.kind, subject: alert.subject, version: alert.version },
      ...{ measure: alert.measure, segment: alert.segment, severity: alert.severity, summary: alert.summary },
      ...{ value: alert.value, bound: alert.bound, since: alert.since, likelyCause: alert.likelyCause },
      ...{ owner: alert.owner, runbook: alert.runbook },
    })),
  };
}
