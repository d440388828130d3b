import type { FairnessAudit } from './domain/fairness/audit';
import type { GroupBy } from './domain/fairness/group-by';
import type { GroupSums } from './domain/fairness/measure-fairness';

/** Which slates an audit looks at. */
export interface AuditScope {
  /** `model:<name>`, `surface:<name>`, or a name of either. */
  readonly subject: string;
  readonly groupBy: GroupBy;
  readonly from: Date;
  readonly to: Date;
}

/** What audits are made from. */
export interface AuditFacts {
  /** Sums per user; of author groups, per user and group. */
  sums(scope: AuditScope, options: { readonly signal: AbortSignal }): Promise<readonly GroupSums[]>;
  /** How many items each author group has. */
  catalogue(groupBy: GroupBy, now: Date): Promise<ReadonlyMap<string, number>>;
  /** The models that made slates from a time on. */
  models(from: Date): Promise<readonly string[]>;
}

/** Audits that were made. */
export interface AuditStore {
  add(audit: FairnessAudit): Promise<void>;
  /** Newest first. */
  list(filter: {
    readonly subject?: string;
    readonly groupBy?: string;
    readonly after?: { readonly createdAt: Date; readonly auditId: string };
    readonly limit: number;
  }): Promise<readonly FairnessAudit[]>;
  /** The newest of the schedule for each subject and attribute, from a time on. */
  latestScheduled(from: Date): Promise<readonly FairnessAudit[]>;
  /** Takes out those before a time. */
  prune(before: Date): Promise<number>;
}
