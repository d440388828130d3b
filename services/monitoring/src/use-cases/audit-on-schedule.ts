import type { AuditFacts, AuditStore } from '../audit-ports';
import { SCHEDULE } from '../domain/fairness/audit';
import { GROUP_BYS } from '../domain/fairness/group-by';
import type { Clock } from '../ports';
import type { makeRunFairnessAudit } from './run-fairness-audit';

const DAY_MS = 86_400_000;

/** Audits every model that made slates within the last day by every attribute, where the last audit is long enough ago. */
export function makeAuditOnSchedule(parts: {
  readonly facts: Pick<AuditFacts, 'models'>;
  readonly audits: Pick<AuditStore, 'latestScheduled'>;
  readonly runFairnessAudit: ReturnType<typeof makeRunFairnessAudit>;
  readonly clock: Clock;
  readonly everyMs: number;
}) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    const now = parts.clock().getTime();
    const done = await parts.audits.latestScheduled(new Date(now - parts.everyMs));
    const isDone = new Set(done.map(({ subject, groupBy }) => `${subject} ${groupBy}`));
    for (const model of await parts.facts.models(new Date(now - DAY_MS))) {
      for (const groupBy of GROUP_BYS) {
        if (signal.aborted) return;
        const subject = `model:${model}`;
        if (isDone.has(`${subject} ${groupBy}`)) continue;
        await parts.runFairnessAudit({ subject, groupBy, windowHours: 0, actor: SCHEDULE }, { signal });
      }
    }
  };
}
