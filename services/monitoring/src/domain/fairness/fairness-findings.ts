import type { Finding } from '../finding';
import { FAIR, type FairnessAudit, isUnfair } from './audit';

/** What audits found unfair, as findings. */
export function fairnessFindings(audits: readonly FairnessAudit[]): readonly Finding[] {
  return audits.flatMap((audit) =>
    audit.measures.filter(isUnfair).map(({ group, measure, value, low, high }) => ({
      ...({ kind: 'fairness', subject: audit.subject, measure, segment: `${audit.groupBy}=${group}` } as const),
      ...({ value, bound: value < 1 ? FAIR.low : FAIR.high, severity: 'ticket', since: audit.from } as const),
      summary: `${measure} of ${audit.groupBy} ${group} is ${value.toFixed(2)} times that of the whole (${low.toFixed(2)} to ${high.toFixed(2)})`,
    })),
  );
}
