/** A rule that keeps the result of an expression as a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** How loud an alert is: somebody is woken, or somebody looks at it in working hours. */
export type AlertSeverity = 'page' | 'ticket';

/** A rule that tells people. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold. */
  readonly for?: string;
  readonly labels: { readonly severity: AlertSeverity } & Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

/** Rules that are evaluated together, in order. */
export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

/** Where the runbook of an alert lies: the file `docs/runbooks/<name>.md` of this repository. */
export function runbook(name: string): string {
  return `docs/runbooks/${name}.md`;
}
