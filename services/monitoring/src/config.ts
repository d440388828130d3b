import { defineSettings, integer, platformSettings, type SettingsOf, setting, url } from '@attune/config';
import { z } from 'zod';

/** The settings of the monitoring service. */
export const monitoringSettings = defineSettings({
  ...platformSettings,
  monitoringMeasureMs: setting(
    'ATTUNE_MONITORING_MEASURE_MS',
    integer({ min: 100, max: 3_600_000 }),
    'how often series are brought up to date with what came in',
    5_000,
  ),
  monitoringAttributionHours: setting(
    'ATTUNE_MONITORING_ATTRIBUTION_HOURS',
    integer({ min: 1, max: 72 }),
    'until how long after a slate or a prediction what users do counts for it',
    24,
  ),
  monitoringSettleSeconds: setting(
    'ATTUNE_MONITORING_SETTLE_SECONDS',
    integer({ min: 0, max: 86_400 }),
    'how old slates must be before they are judged by what users did with them',
    60,
  ),
  monitoringFactDays: setting(
    'ATTUNE_MONITORING_FACT_DAYS',
    integer({ min: 4, max: 365 }),
    'days that slates, interactions and predictions are kept; older ones that come in are passed over',
    8,
  ),
  monitoringMinuteDays: setting(
    'ATTUNE_MONITORING_MINUTE_DAYS',
    integer({ min: 1, max: 365 }),
    'days after which the minutes of series become hours',
    8,
  ),
  monitoringSeriesDays: setting(
    'ATTUNE_MONITORING_SERIES_DAYS',
    integer({ min: 8, max: 3_650 }),
    'days that series are kept',
    90,
  ),
  monitoringOtlpPort: setting(
    'ATTUNE_MONITORING_OTLP_PORT',
    integer({ min: 0, max: 65_535 }).optional(),
    'port where spans are received by OTLP over HTTP; none are when not set',
  ),
  monitoringOtlpHost: setting(
    'ATTUNE_MONITORING_OTLP_HOST',
    z.string(),
    'where that port listens; beyond loopback it needs the certificate, its key and a token',
    '127.0.0.1',
  ),
  monitoringOtlpTokenFile: setting(
    'ATTUNE_MONITORING_OTLP_TOKEN_FILE',
    z.string().optional(),
    'file with the token that senders of spans have in OTEL_EXPORTER_OTLP_HEADERS; needed beyond loopback',
  ),
  monitoringTraceHours: setting(
    'ATTUNE_MONITORING_TRACE_HOURS',
    integer({ min: 1, max: 24 * 31 }),
    'hours that spans are kept',
    24,
  ),
  monitoringTraceMaxMb: setting(
    'ATTUNE_MONITORING_TRACE_MAX_MB',
    integer({ min: 8, max: 1_048_576 }),
    'the most mebibytes that spans take in PostgreSQL; beyond them the oldest leave first',
    256,
  ),
  monitoringDetectMs: setting(
    'ATTUNE_MONITORING_DETECT_MS',
    integer({ min: 100, max: 3_600_000 }),
    'how often one replica looks at the series for what is out of the ordinary',
    60_000,
  ),
  monitoringOwners: setting(
    'ATTUNE_MONITORING_OWNERS',
    z.string().transform(ownersFromText),
    'who answers for what: JSON of prefixes of subjects, for instance {"service:serving": "serving-team"}; the longest that fits decides',
    {},
  ),
  monitoringWebhookUrl: setting(
    'ATTUNE_MONITORING_WEBHOOK_URL',
    url(['http', 'https']).optional(),
    'where incidents are posted as JSON; they are logged alone when not set',
    undefined,
    { secret: true },
  ),
  monitoringAlertDays: setting(
    'ATTUNE_MONITORING_ALERT_DAYS',
    integer({ min: 31, max: 3_650 }),
    'days that alerts which are over, ended silences and fairness audits are kept',
    400,
  ),
  monitoringAuditHours: setting(
    'ATTUNE_MONITORING_AUDIT_HOURS',
    integer({ min: 1, max: 24 * 31 }),
    'how often fairness is audited by itself, for each model by each attribute',
    24,
  ),
});

/** Owners by prefix from the text of a setting. */
function ownersFromText(text: string, context: z.RefinementCtx): Readonly<Record<string, string>> {
  try {
    return z.record(z.string(), z.string().min(1)).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a JSON object of texts, such as {"model:": "ml-platform"}' });
    return z.NEVER;
  }
}

/** Checked settings of the monitoring service. */
export type MonitoringConfig = SettingsOf<typeof monitoringSettings>;
