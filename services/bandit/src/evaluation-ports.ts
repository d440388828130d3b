import type { EstimatorName, OffPolicyReport } from '@attune/bandits';
import type { TargetPolicy } from './domain/logged-choices';
import type { KnownSelection } from './domain/policy-event';

/** Everything that estimating must know besides the choices: small, so that it can be done elsewhere. */
export interface EvaluationTask {
  /** The policy whose choices are the log. */
  readonly policy: string;
  /** Its arms, retired ones included. */
  readonly armNames: readonly string[];
  /** How many components each context has. */
  readonly contextCount: number;
  /** Undefined for the policy that draws evenly. */
  readonly target: TargetPolicy | undefined;
  /** All where empty. */
  readonly estimators: readonly EstimatorName[];
  readonly choices: Omit<LoggedChoicesFilter, 'policy' | 'limit'>;
}

/** Estimates apart from those who choose, who must not wait for it. */
export interface PolicyEvaluator {
  /** Throws `exhausted.evaluations` where as many as may are running. An abort ends it. */
  evaluate(task: EvaluationTask, options: { readonly signal: AbortSignal }): Promise<OffPolicyReport>;
}

/** Which choices of a policy are read. */
export interface LoggedChoicesFilter {
  readonly policy: string;
  readonly from?: Date;
  readonly to: Date;
  readonly resolvedBefore: Date;
  readonly limit: number;
}

/** Where logged choices are read whole. */
export interface LoggedSelections {
  /** The newest of a policy whose outcome is known, or which were made before `resolvedBefore`; oldest first. */
  resolved(filter: LoggedChoicesFilter): Promise<readonly KnownSelection[]>;
}
