import { training } from '@attune/contracts';
import { percentText } from './percent-text';

/** A stage as people write it; `-` for none. */
export function stageText(stage: training.ModelStage | undefined): string {
  if (stage === undefined || stage === training.ModelStage.UNSPECIFIED) return '-';
  return training.modelStageToJSON(stage).replace('MODEL_STAGE_', '').toLowerCase();
}

/** Where a version stands; of a canary also for how many. */
export function placeText({ stage, canaryShare }: Pick<training.ModelVersion, 'stage' | 'canaryShare'>): string {
  return canaryShare === 0 ? stageText(stage) : `${stageText(stage)} ${percentText(canaryShare)}`;
}

/** The versions of a model that are on trial: `v3 canary 10 %, v4 shadow`; `-` for none. */
export function trialsText({ canary, shadows }: training.Model): string {
  const versions = [...(canary === undefined ? [] : [canary]), ...shadows];
  return versions.map((version) => `v${version.ref?.version} ${placeText(version)}`).join(', ') || '-';
}

/** What decides about versions, and what says the same in a plainer way. */
const HEADLINES = /^((ndcg|hr)@\d+|rmse|mae|log_loss)$/;

/** The quality of a model as people read it: `ndcg@10 0.046 (0.029 to 0.063)`; other metrics are in --json. */
export function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .filter(([name]) => HEADLINES.test(name) && `${name}_low` in metrics)
    .sort(([a], [b]) => b.localeCompare(a))
    .map(([name, value]) => `${name} ${interval(value, metrics[`${name}_low`], metrics[`${name}_high`])}`)
    .join(', ');
}

/** A value with its interval. */
export function estimateText({ value, low, high }: training.MetricEstimate): string {
  return interval(value, low, high);
}

/** A difference with its interval, and its sign. */
export function gainText({ value, low, high }: training.MetricEstimate): string {
  return `${signed(value)} (${signed(low)} to ${signed(high)})`;
}

function interval(value: number | undefined, low: number | undefined, high: number | undefined): string {
  return `${short(value)} (${short(low)} to ${short(high)})`;
}

function short(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(3);
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
