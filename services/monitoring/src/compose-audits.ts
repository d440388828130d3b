import { randomUUID } from 'node:crypto';
import type { monitoring } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { keepDoing } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import type { AuditStore } from './audit-ports';
import { makeAuditHandlers } from './grpc/audit-handlers';
import type { MonitoringParts } from './monitoring-part';
import { FairnessFacts } from './storage/fairness-facts';
import { PostgresAuditStore } from './storage/postgres-audit-store';
import { makeAuditOnSchedule } from './use-cases/audit-on-schedule';
import { makeRunFairnessAudit } from './use-cases/run-fairness-audit';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOK_EVERY_MS = 10 * 60_000;

/** Wires fairness audits, on demand and on schedule. */
export async function composeAudits({ config, platform, stack, onAudit }: MonitoringParts): Promise<{
  readonly store: AuditStore;
  readonly handlers: Partial<Handlers<monitoring.MonitoringServiceServer>>;
}> {
  const { database, clock, logger } = platform;
  const audits = new PostgresAuditStore(database);
  const facts = new FairnessFacts(database, config.monitoringAttributionHours);
  const mostHours = config.monitoringFactDays * 24;
  const runFairnessAudit = makeRunFairnessAudit({ facts, audits, clock, newId: randomUUID, mostHours });
  const everyMs = config.monitoringAuditHours * HOUR_MS;
  const auditOnSchedule = makeAuditOnSchedule({ facts, audits, runFairnessAudit, clock, everyMs });
  const look = async (options: { readonly signal: AbortSignal }) => {
    await auditOnSchedule(options);
    await audits.prune(new Date(clock().getTime() - config.monitoringAlertDays * DAY_MS));
  };
  const work = (options: { readonly signal: AbortSignal }) =>
    inOneReplica(database, 'audit-fairness', () => look(options));
  if (onAudit === undefined) {
    await stack.open('fairness audits', () =>
      keepDoing({
        ...{ everyMs: LOOK_EVERY_MS, work },
        onFailure: (err) => logger.warn({ err }, 'fairness could not be audited; it is tried again'),
      }),
    );
  } else {
    onAudit(() => work({ signal: new AbortController().signal }));
  }
  return { store: audits, handlers: makeAuditHandlers({ audits, runFairnessAudit }) };
}
