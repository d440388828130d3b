import type { Finding } from '../finding';
import { type Budget, midnightOf } from './budget';

const WORDS = {
  requests: 'requests',
  compute_seconds: 'seconds of compute',
  storage_bytes: 'bytes of storage',
} as const;

/** Budgets that are spent, nearly spent, or will be by midnight if it goes on like this. */
export function budgetFindings(budgets: readonly Budget[], now: Date): readonly Finding[] {
  return budgets.flatMap((budget): readonly Finding[] => {
    const { subject, resource, limit, warnShare, spent, projected } = budget;
    if (limit === 0) return [];
    const of = `${round(limit)} ${WORDS[resource]}`;
    const found = (
      severity: Finding['severity'],
      value: number,
      bound: number,
      summary: string,
    ): readonly Finding[] => [
      {
        kind: 'budget',
        subject,
        measure: resource,
        segment: '',
        value,
        bound,
        severity,
        summary,
        since: midnightOf(now),
      },
    ];
    if (spent > limit) return found('ticket', spent, limit, `${subject} has spent ${round(spent)} of ${of}`);
    if (spent >= warnShare * limit) {
      const share = `${Math.round((spent / limit) * 100)} %`;
      return found('ticket', spent, warnShare * limit, `${subject} has spent ${share} of ${of}`);
    }
    if (projected <= limit) return [];
    return found('info', projected, limit, `${subject} will have spent ${round(projected)} of ${of} by midnight (UTC)`);
  });
}

function round(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}
