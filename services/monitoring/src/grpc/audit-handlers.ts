import { monitoring as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { AuditStore } from '../audit-ports';
import type { FairnessAudit, FairnessMeasure } from '../domain/fairness/audit';
import type { makeRunFairnessAudit } from '../use-cases/run-fairness-audit';

type AuditHandlers = Pick<Handlers<wire.MonitoringServiceServer>, 'runFairnessAudit' | 'listFairnessAudits'>;

/** Handlers of the RPCs about fairness audits. */
export function makeAuditHandlers(use: {
  readonly audits: AuditStore;
  readonly runFairnessAudit: ReturnType<typeof makeRunFairnessAudit>;
}): AuditHandlers {
  return {
    runFairnessAudit: async ({ subject, groupBy, windowHours }, { caller, signal }) => {
      const v = validate();
      v.id('subject', subject);
      v.finite('window_hours', windowHours, { min: 0 });
      v.throwIfAny();
      const audit = await use.runFairnessAudit(
        { subject, groupBy, windowHours, actor: caller ?? 'unknown' },
        { signal },
      );
      const shown = toAudit(audit);
      return { auditId: audit.auditId, measures: shown.measures, audit: shown };
    },
    listFairnessAudits: async ({ subject, groupBy, ...request }) => {
      const size = pageSize(request.pageSize, 50);
      const question = `audits:${subject}:${groupBy}`;
      const place = placeOf(request.pageToken, question);
      const found = await use.audits.list({
        ...(subject === '' ? {} : { subject }),
        ...(groupBy === '' ? {} : { groupBy }),
        ...(place === undefined ? {} : { after: { createdAt: new Date(String(place[0])), auditId: String(place[1]) } }),
        limit: size + 1,
      });
      const placeAfter = ({ createdAt, auditId }: FairnessAudit) => [createdAt.toISOString(), auditId];
      const { rows, nextPageToken } = page(found, { size, question, placeAfter });
      return { audits: rows.map(toAudit), nextPageToken };
    },
  };
}

function toAudit({ measures, ...audit }: FairnessAudit): wire.FairnessAudit {
  return { ...audit, measures: measures.map(toMeasure) };
}

function toMeasure({ problem, value, low, high, ...named }: FairnessMeasure): wire.FairnessMeasure {
  if (problem === undefined) return wire.FairnessMeasure.fromPartial({ ...named, value, low, high });
  // no number is better than one that means nothing: 0 would read as a group that gets nothing
  return wire.FairnessMeasure.fromPartial({
    ...named,
    problem: { code: 'failed_precondition.insufficient_data', message: problem },
  });
}
