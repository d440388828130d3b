import { AppError } from '@attune/errors';
import type { AuditFacts, AuditStore } from '../audit-ports';
import { type FairnessAudit, verdictOf } from '../domain/fairness/audit';
import { GROUP_BYS, GROUPINGS, isGroupBy } from '../domain/fairness/group-by';
import { measureAuthorGroups, measureUserGroups } from '../domain/fairness/measure-fairness';
import type { Clock } from '../ports';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24 * 7;

/** What an audit is asked. */
export interface AuditQuestion {
  readonly subject: string;
  readonly groupBy: string;
  /** 0 for a week. */
  readonly windowHours: number;
  readonly actor: string;
}

/** What auditing needs. */
export interface AuditParts {
  readonly facts: AuditFacts;
  readonly audits: Pick<AuditStore, 'add'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Slates are kept for so long. */
  readonly mostHours: number;
}

/** Measures how groups of users or authors are treated, and keeps the audit. */
export function makeRunFairnessAudit(parts: AuditParts) {
  return async (question: AuditQuestion, { signal }: { readonly signal: AbortSignal }): Promise<FairnessAudit> => {
    const { subject, groupBy, actor } = question;
    const windowHours = question.windowHours === 0 ? Math.min(DEFAULT_HOURS, parts.mostHours) : question.windowHours;
    if (!isGroupBy(groupBy)) throw unknownGroupBy(groupBy);
    if (windowHours > parts.mostHours) throw tooLong(windowHours, parts.mostHours);
    const to = parts.clock();
    const from = new Date(to.getTime() - windowHours * HOUR_MS);
    const rows = await parts.facts.sums({ subject, groupBy, from, to }, { signal });
    const measures =
      GROUPINGS[groupBy].of === 'users'
        ? measureUserGroups(rows)
        : measureAuthorGroups(rows, await parts.facts.catalogue(groupBy, to));
    const named = { auditId: parts.newId(), subject, groupBy, from, to, createdAt: to, actor };
    const audit = { ...named, measures, verdict: rows.length === 0 ? nothing(subject) : verdictOf(measures) };
    await parts.audits.add(audit);
    return audit;
  };
}

const nothing = (subject: string) =>
  `insufficient data: no slates of "${subject}" in the window; subjects are models and surfaces, for instance model:als or surface:home`;

function unknownGroupBy(groupBy: string): AppError {
  const known = GROUP_BYS.map((name) => `${name} (${GROUPINGS[name].description})`).join(', ');
  const description = `is ${JSON.stringify(groupBy.slice(0, 50))}; groups are made by ${known}`;
  return new AppError('invalid.request', `group_by ${description}`, {
    violations: [{ field: 'group_by', description }],
  });
}

function tooLong(hours: number, most: number): AppError {
  const description = `is ${hours}; slates are kept for ${most} hours (ATTUNE_MONITORING_FACT_DAYS)`;
  return new AppError('invalid.request', `window_hours ${description}`, {
    violations: [{ field: 'window_hours', description }],
  });
}
