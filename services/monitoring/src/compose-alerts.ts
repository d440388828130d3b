import { randomUUID } from 'node:crypto';
import { keepDoing } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import { composeAudits } from './compose-audits';
import { composeDetection } from './compose-detection';
import { ownerOf } from './domain/alerts/owner-of';
import { makePublishAlertChanges } from './events/publish-alert-changes';
import { makeAlertHandlers } from './grpc/alert-handlers';
import { deliverWebhook } from './jobs/deliver-webhook';
import { logFailure, logIncident } from './jobs/keep-telling';
import type { ComposedPart, MonitoringParts } from './monitoring-part';
import { PostgresAlertStore } from './storage/postgres-alert-store';
import { PostgresDeliveryStore } from './storage/postgres-delivery-store';
import { makeAcknowledgeAlert } from './use-cases/acknowledge-alert';
import { makeDeliverIncidents } from './use-cases/deliver-incidents';
import { makeSilenceAlerts } from './use-cases/silence-alerts';
import { makeTakeFindings } from './use-cases/take-findings';
import { makeWatchAlerts } from './use-cases/watch-alerts';

const TELL_EVERY_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Longer than anybody watches without a break, and than the log keeps what was published. */
const CHANGE_DAYS = 30;

/** Wires detection, alerts with what tells people of them, and fairness audits. */
export async function composeAlerts(parts: MonitoringParts): Promise<ComposedPart> {
  const { config, platform } = parts;
  const { database, clock } = platform;
  const alerts = new PostgresAlertStore(database);
  const rules = { newId: randomUUID, ownerOf: (subject: string) => ownerOf(subject, config.monitoringOwners) };
  const book = { alerts, rules, clock };
  await tell(parts, alerts);
  await prune(parts, alerts);
  const audits = await composeAudits(parts);
  const detection = await composeDetection(parts, { takeFindings: makeTakeFindings(book), audits: audits.store });
  return {
    handlers: {
      ...makeAlertHandlers({
        ...{ alerts, clock, watchAlerts: makeWatchAlerts({ alerts, clock }) },
        acknowledgeAlert: makeAcknowledgeAlert(book),
        silenceAlerts: makeSilenceAlerts(book),
      }),
      ...audits.handlers,
      ...detection.handlers,
    },
    subscriptions: [],
  };
}

/** What happened goes to the log of events, to the service's log and to the webhook; no round of detection waits for them. */
async function tell({ config, platform, stack }: MonitoringParts, alerts: PostgresAlertStore): Promise<void> {
  const { database, eventLog, clock, logger } = platform;
  const publish = makePublishAlertChanges({ alerts, eventLog, clock });
  const deliver = makeDeliverIncidents({
    ...{ deliveries: new PostgresDeliveryStore(database), clock },
    tell: config.monitoringWebhookUrl === undefined ? undefined : deliverWebhook(config.monitoringWebhookUrl),
    log: logIncident(logger),
    onFailure: logFailure(logger),
  });
  await stack.open('publishing of alerts', () =>
    keepDoing({
      ...{ everyMs: TELL_EVERY_MS, work: publish },
      onFailure: (err) => logger.warn({ err }, 'alerts could not be published; it is tried again every second'),
    }),
  );
  await stack.open('delivery of incidents', () =>
    keepDoing({
      ...{ everyMs: TELL_EVERY_MS, work: deliver },
      onFailure: (err) => logger.warn({ err }, 'incidents could not be delivered; it is tried again every second'),
    }),
  );
}

async function prune({ config, platform, stack }: MonitoringParts, alerts: PostgresAlertStore): Promise<void> {
  const { database, clock, logger } = platform;
  const daysAgo = (days: number) => new Date(clock().getTime() - days * DAY_MS);
  const work = () => alerts.prune({ alerts: daysAgo(config.monitoringAlertDays), changes: daysAgo(CHANGE_DAYS) });
  await stack.open('end of old alerts', () =>
    keepDoing({
      ...{ everyMs: PRUNE_EVERY_MS, work: () => inOneReplica(database, 'prune-alerts', work) },
      onFailure: (err) => logger.warn({ err }, 'old alerts could not be taken out; it is tried again'),
    }),
  );
}
