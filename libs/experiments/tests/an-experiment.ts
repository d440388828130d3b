import type { ExperimentDefinition, ExperimentUnit, ExperimentVariant } from '../src';

/** A running experiment of two equal variants for everybody; `over` says what is different. */
export function anExperiment(over: Partial<ExperimentDefinition> = {}): ExperimentDefinition {
  return {
    experimentId: 'home-feed',
    state: 'running',
    kind: 'a_b',
    variants: variantsOf([0.5, 0.5]),
    trafficShare: 1,
    targeting: {},
    layer: '',
    layerStart: 0,
    reservedShare: over.trafficShare ?? 1,
    ramp: [],
    holdoutShare: 0,
    primaryMetric: 'click_rate',
    secondaryMetrics: [],
    guardrails: [],
    version: 1,
    ...over,
  };
}

/** Variants `v0`, `v1`, ... of these weights that change nothing. */
export function variantsOf(weights: readonly number[]): ExperimentVariant[] {
  return weights.map((weight, index) => ({ name: `v${index}`, weight, parameters: {} }));
}

/** A unit without attributes. */
export function aUnit(unitId: string | number): ExperimentUnit {
  return { unitId: typeof unitId === 'string' ? unitId : `user-${unitId}`, attributes: {} };
}
