import type { KnownSelection, Outcome } from '../domain/policy-event';

/** A row of `selections`. */
export interface SelectionRow {
  readonly decision_id: string;
  readonly policy: string;
  readonly arm: string;
  readonly propensity: number;
  readonly context: readonly number[];
  readonly probabilities: Readonly<Record<string, number>>;
  readonly policy_version: number;
  readonly selected_at: Date;
  readonly outcome: Outcome;
  readonly reward: number;
  readonly hits: readonly string[];
}

/** A choice as it is kept. */
export function selectionFromRow(row: SelectionRow): KnownSelection {
  const { policy, arm, propensity, context, outcome, reward, hits } = row;
  const probabilities = Object.entries(row.probabilities).map(([name, probability]) => ({ arm: name, probability }));
  return {
    ...{ policy, decisionId: row.decision_id, arm, propensity, context, probabilities },
    ...{ policyVersion: row.policy_version, selectedAt: row.selected_at, outcome, reward, hits },
  };
}

/** Choices as one JSON text, for `jsonb_to_recordset`: numbers travel exactly. */
export function selectionsJson(selections: readonly KnownSelection[]): string {
  return JSON.stringify(
    selections.map((one) => ({
      decision_id: one.decisionId,
      policy: one.policy,
      arm: one.arm,
      propensity: one.propensity,
      context: one.context,
      probabilities: Object.fromEntries(one.probabilities.map(({ arm, probability }) => [arm, probability])),
      policy_version: one.policyVersion,
      selected_at: one.selectedAt,
      outcome: one.outcome,
      reward: one.reward,
      hits: one.hits,
    })),
  );
}
