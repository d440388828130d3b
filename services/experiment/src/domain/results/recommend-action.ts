import type { Experiment } from '../experiment';
import type { GuardrailResult, InterleavingResult, MetricResult, Recommendation } from './results';
import { verdictOf } from './verdict';
import { percent, valueText } from './words';

/** All that a recommendation goes by. */
export interface Evidence {
  readonly experiment: Experiment;
  /** The primary metric, one entry per variant beside the control. */
  readonly primary: readonly MetricResult[];
  readonly guardrails: readonly GuardrailResult[];
  readonly interleaving: InterleavingResult | undefined;
  /** Why results are withheld. */
  readonly withheld: string | undefined;
  /** How many more days it takes until an effect like the one seen would be decided; undefined where nothing can be said. */
  readonly daysLeft: number | undefined;
}

/** Longer than this nobody waits: an effect that needs it is too small to be found here. */
const MOST_DAYS = 90;

/** What to do by the evidence, in words. Guardrails come first, then the primary metric; both by intervals that hold at every look. */
export function recommendAction(evidence: Evidence): Recommendation {
  const { experiment, withheld } = evidence;
  if (withheld !== undefined) {
    return said('inconclusive', `Results are withheld: ${withheld}.`);
  }
  if (experiment.decision !== undefined) return said(experiment.decision.action, experiment.decision.sentence);
  if (experiment.definition.state === 'draft') return said('keep_running', 'Start it: it is a draft and has no results.');
  if (experiment.definition.kind === 'interleaving') return ofInterleaving(evidence);
  const breached = evidence.guardrails.filter(({ verdict }) => verdict === 'breached');
  if (breached.length > 0) return said('stop', `Stop: ${breached.map(breachText).join(', and ')}.`);
  if (isAtLastStep(experiment)) {
    const seen = evidence.primary.map(liftText).join('; ');
    return said('roll_out', `Make "${experiment.definition.variants[1]!.name}" the default: the rollout is at its last step. ${seen}. ${guardrailText(evidence.guardrails)}`);
  }
  const winner = bestOf(evidence.primary);
  if (winner !== undefined) {
    return said('roll_out', `Roll out "${winner.variant}": ${liftText(winner)}. ${guardrailText(evidence.guardrails)}`);
  }
  const losers = evidence.primary.filter((result) => verdictOf(result) === 'worse');
  if (losers.length > 0 && losers.length === evidence.primary.length) {
    return said('stop', `Stop and keep the control: ${losers.map(liftText).join('; ')}.`);
  }
  return undecided(evidence);
}

function isAtLastStep({ rollout, definition }: Experiment): boolean {
  return definition.state === 'running' && rollout !== undefined && rollout.step === rollout.steps.length - 1;
}

/** The variant that is shown to be better, by the largest lower end where several are. */
function bestOf(primary: readonly MetricResult[]): MetricResult | undefined {
  return primary
    .filter((result) => verdictOf(result) === 'better')
    .sort((a, b) => distance(b) - distance(a))
    .at(0);
}

/** How far the sequence is from 0: what the variant gains at least. */
function distance({ outcome }: MetricResult): number {
  return outcome.status === 'compared' ? Math.min(Math.abs(outcome.sequential.low), Math.abs(outcome.sequential.high)) : 0;
}

function undecided({ experiment, primary, daysLeft }: Evidence): Recommendation {
  const seen = primary.map(liftText).join('; ');
  if (experiment.definition.state === 'stopped') {
    return said('inconclusive', `It ended without a decision: ${seen}.`);
  }
  if (daysLeft === undefined) {
    return said('keep_running', `Keep it running until there is enough to say how long it takes: ${seen}.`);
  }
  if (daysLeft > MOST_DAYS) {
    const advice = 'stop it, or bring it more units';
    return said('inconclusive', `An effect as small as the one seen takes ${Math.round(daysLeft)} days more; ${advice}: ${seen}.`);
  }
  const days = daysLeft < 1 ? 'less than a day' : `about ${Math.ceil(daysLeft)} ${daysLeft <= 1 ? 'day' : 'days'}`;
  return { ...said('keep_running', `Keep it running for ${days} more: ${seen}.`), daysLeft };
}

function ofInterleaving({ experiment, interleaving, daysLeft }: Evidence): Recommendation {
  const [control, treatment] = experiment.definition.variants.map(({ name }) => name);
  if (interleaving === undefined) {
    return said('keep_running', 'Keep it running: too few people have clicked in drafted slates to prefer one side.');
  }
  const { sequential, preference, low, high, userCount } = interleaving;
  const seen = `preference ${valueText(preference)} [${valueText(low)}, ${valueText(high)}] of ${userCount} people`;
  if (sequential.low > 0) return said('roll_out', `Roll out "${treatment}": people prefer it, ${seen}.`);
  if (sequential.high < 0) return said('stop', `Stop and keep "${control}": people prefer it, ${seen}.`);
  if (experiment.definition.state === 'stopped') return said('inconclusive', `It ended without a decision: ${seen}.`);
  return { ...said('keep_running', `Keep it running: neither side is preferred beyond chance yet, ${seen}.`), daysLeft: daysLeft ?? 0 };
}

/** A guardrail that is breached, in words. */
export function breachText({ metric, variant, toleratedRelativeLoss, lift, interval }: GuardrailResult): string {
  const seen = lift === undefined ? 'beyond what is tolerated' : `by ${percent(lift)}${intervalText(interval)}`;
  return `guardrail ${metric.name} is breached in "${variant}", ${seen} where a loss of ${percent(toleratedRelativeLoss)} is tolerated`;
}

/** What is known of a metric of one variant, in words. */
function liftText({ metric, variant, outcome }: MetricResult): string {
  if (outcome.status === 'not_compared') return `${metric.name} of "${variant}" cannot be compared yet (${outcome.reason})`;
  const { control, treatment, lift, sequentialLift } = outcome;
  const values = `${valueText(control.mean)} to ${valueText(treatment.mean)}`;
  const by = lift === undefined ? '' : `, ${percent(lift.value)}${intervalText(sequentialLift)}`;
  return `${metric.name} goes from ${values}${by} in "${variant}" (${control.count} and ${treatment.count} units)`;
}

function intervalText(interval: { readonly low: number; readonly high: number } | undefined): string {
  return interval === undefined ? '' : ` [always-valid: ${percent(interval.low)}, ${percent(interval.high)}]`;
}

function guardrailText(guardrails: readonly GuardrailResult[]): string {
  if (guardrails.length === 0) return 'No guardrail watches it.';
  const undecidedOnes = guardrails.filter(({ verdict }) => verdict === 'undecided').map(({ metric }) => metric.name);
  if (undecidedOnes.length === 0) return 'All guardrails hold.';
  return `No guardrail is breached; undecided: ${[...new Set(undecidedOnes)].join(', ')}.`;
}

function said(action: Recommendation['action'], sentence: string): Recommendation {
  return { action, sentence, daysLeft: 0 };
}
