import type { monitoring as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { AlertStore } from '../alert-book-ports';
import { standingFromWire, toAlert } from '../alert-message';
import type { Alert } from '../domain/alerts/alert';
import { FINDING_KINDS } from '../domain/alerts/hysteresis';
import type { Silence } from '../domain/alerts/silence';
import type { Clock } from '../ports';
import type { makeAcknowledgeAlert } from '../use-cases/acknowledge-alert';
import type { makeSilenceAlerts } from '../use-cases/silence-alerts';
import type { makeWatchAlerts } from '../use-cases/watch-alerts';

type AlertHandlers = Pick<
  Handlers<wire.MonitoringServiceServer>,
  'listAlerts' | 'acknowledgeAlert' | 'watchAlerts' | 'createSilence' | 'listSilences' | 'endSilence'
>;

const MOST_TEXT = 1_000;
const MOST_SILENCES = 1_000;
const LONGEST_SILENCE_MS = 30 * 86_400_000;

/** Handlers of the RPCs about alerts and silences. */
export function makeAlertHandlers(use: {
  readonly alerts: AlertStore;
  readonly acknowledgeAlert: ReturnType<typeof makeAcknowledgeAlert>;
  readonly silenceAlerts: ReturnType<typeof makeSilenceAlerts>;
  readonly watchAlerts: ReturnType<typeof makeWatchAlerts>;
  readonly clock: Clock;
}): AlertHandlers {
  const { alerts, clock } = use;
  return {
    listAlerts: (request) => listAlerts(alerts, request, clock()),
    acknowledgeAlert: async ({ alertId, actor, note, silenceUntil }, { caller }) => {
      checkAcknowledgement({ alertId, actor, note, silenceUntil }, clock());
      const wanted = { alertId, note, actor: actor || caller || 'unknown' };
      const alert = await use.acknowledgeAlert({ ...wanted, ...(silenceUntil === undefined ? {} : { silenceUntil }) });
      return { alert: toAlert(alert, clock()) };
    },
    watchAlerts: async function* ({ leastSeverity }, { signal }) {
      for await (const alert of use.watchAlerts({ leastRank: leastSeverity }, { signal })) {
        yield { alert: toAlert(alert, clock()) };
      }
    },
    createSilence: async (request, { caller }) => {
      const { until, reason, actor } = request;
      const { subject, kind, measure } = checkSilence(request, clock());
      const wanted = { subject, kind, measure, until: until!, reason, actor: actor || caller || 'unknown' };
      return { silence: toSilence(await use.silenceAlerts.create(wanted)) };
    },
    listSilences: async ({ includeEnded }) => {
      const filter = { ...(includeEnded ? {} : { endAfter: clock() }), limit: MOST_SILENCES };
      return { silences: (await alerts.silences(filter)).map(toSilence) };
    },
    endSilence: async ({ silenceId }) => {
      const v = validate();
      v.id('silence_id', silenceId);
      v.throwIfAny();
      return { silence: toSilence(await use.silenceAlerts.end(silenceId)) };
    },
  };
}

async function listAlerts(
  alerts: AlertStore,
  request: wire.ListAlertsRequest,
  now: Date,
): Promise<wire.ListAlertsResponse> {
  const size = pageSize(request.pageSize, 50);
  const question = `alerts:${request.state}:${request.subject}:${request.leastSeverity}`;
  const place = placeOf(request.pageToken, question);
  const standing = standingFromWire(request.state);
  const found = await alerts.list({
    ...(standing === undefined ? {} : { standing }),
    ...(request.subject === '' ? {} : { subject: request.subject }),
    ...(place === undefined ? {} : { after: { openedAt: new Date(String(place[0])), alertId: String(place[1]) } }),
    ...{ leastRank: request.leastSeverity, limit: size + 1, now },
  });
  const placeAfter = ({ openedAt, alertId }: Alert) => [openedAt!.toISOString(), alertId];
  const { rows, nextPageToken } = page(found, { size, question, placeAfter });
  return { alerts: rows.map((alert) => toAlert(alert, now)), nextPageToken };
}

function checkAcknowledgement(
  { alertId, actor, note, silenceUntil }: Omit<wire.AcknowledgeAlertRequest, 'requestId'>,
  now: Date,
): void {
  const v = validate();
  v.id('alert_id', alertId);
  v.text('actor', actor, { max: MOST_TEXT });
  v.text('note', note, { max: MOST_TEXT });
  if (silenceUntil !== undefined) v.time('silence_until', silenceUntil, silenceTimes(now));
  v.throwIfAny();
}

function checkSilence(request: wire.CreateSilenceRequest, now: Date): wire.AlertMatcher {
  const { subject = '', kind = '', measure = '' } = request.matcher ?? {};
  const v = validate();
  const isEmpty = subject === '' && kind === '' && measure === '';
  v.check('matcher', isEmpty, 'is empty: at least one of subject, kind and measure is required');
  v.text('matcher.subject', subject, { max: MOST_TEXT });
  v.text('matcher.measure', measure, { max: MOST_TEXT });
  if (kind !== '') v.oneOf('matcher.kind', kind, FINDING_KINDS);
  v.time('until', request.until, silenceTimes(now));
  v.text('actor', request.actor, { max: MOST_TEXT });
  v.text('reason', request.reason, { max: MOST_TEXT });
  v.throwIfAny();
  return { subject, kind, measure };
}

function silenceTimes(now: Date) {
  return { notBefore: now, notAfter: new Date(now.getTime() + LONGEST_SILENCE_MS) };
}

function toSilence({ subject, kind, measure, ...silence }: Silence): wire.Silence {
  return { ...silence, matcher: { subject, kind, measure } };
}
