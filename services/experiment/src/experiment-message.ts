import { experiment as wire } from '@attune/contracts';
import type { ExperimentDefinition, ExperimentKind, ExperimentState } from '@attune/experiments';
import type { Experiment, Rollout } from './domain/experiment';

const STATES: Readonly<Record<ExperimentState, wire.ExperimentState>> = {
  draft: wire.ExperimentState.DRAFT,
  running: wire.ExperimentState.RUNNING,
  paused: wire.ExperimentState.PAUSED,
  stopped: wire.ExperimentState.STOPPED,
};

const KINDS: Readonly<Record<ExperimentKind, wire.ExperimentKind>> = {
  a_b: wire.ExperimentKind.A_B,
  interleaving: wire.ExperimentKind.INTERLEAVING,
  rollout: wire.ExperimentKind.ROLLOUT,
};

/** An experiment for the wire: what callers see, and what `experiments.v1` tells. */
export function toExperiment({ definition, rollout, ...rest }: Experiment): wire.Experiment {
  const { experimentId, layer, trafficShare, holdoutShare, layerStart, reservedShare, version } = definition;
  return {
    ...{ experimentId, layer, trafficShare, holdoutShare, layerStart, reservedShare, version },
    hypothesis: rest.hypothesis,
    stopsByItself: rest.stopsByItself,
    salt: definition.salt ?? '',
    kind: KINDS[definition.kind],
    state: STATES[definition.state],
    variants: definition.variants.map((variant) => ({ ...variant, parameters: { ...variant.parameters } })),
    targeting: { ...definition.targeting },
    primaryMetric: definition.primaryMetric,
    secondaryMetrics: [...definition.secondaryMetrics],
    guardrails: definition.guardrails.map((guardrail) => ({ ...guardrail })),
    ramp: definition.ramp.map(({ atMs, trafficShare: share }) => ({ at: new Date(atMs), trafficShare: share })),
    startsAt: timeOf(definition.startsAtMs),
    endsAt: timeOf(definition.endsAtMs),
    rollout: rollout && toRollout(rollout),
    createdAt: new Date(rest.createdAtMs),
    startedAt: timeOf(definition.startedAtMs),
    stoppedAt: timeOf(rest.stoppedAtMs),
  };
}

function toRollout({ stepStartedAtMs, steps, ...rollout }: Rollout): wire.RolloutPlan {
  return { ...rollout, steps: [...steps], stepStartedAt: timeOf(stepStartedAtMs) };
}

const timeOf = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

/** What a caller says of an experiment. What the service gives (state, place, times) is not read from it. */
export function experimentFromWire(
  one: wire.Experiment,
): Pick<Experiment, 'definition' | 'hypothesis' | 'stopsByItself' | 'rollout'> {
  return {
    definition: definitionFromWire(one),
    hypothesis: one.hypothesis,
    stopsByItself: one.stopsByItself,
    ...(one.rollout === undefined ? {} : { rollout: rolloutFromWire(one.rollout) }),
  };
}

function definitionFromWire(one: wire.Experiment): ExperimentDefinition {
  const { experimentId, salt, layer, trafficShare, targeting, holdoutShare, primaryMetric, secondaryMetrics } = one;
  const [startsAtMs, endsAtMs] = [one.startsAt?.getTime(), one.endsAt?.getTime()];
  return {
    ...{ experimentId, layer, trafficShare, targeting, holdoutShare, primaryMetric, secondaryMetrics },
    ...(salt === '' ? {} : { salt }),
    state: 'draft',
    kind: kindFromWire(one.kind),
    variants: one.variants.map(({ name, weight, parameters }) => ({ name, weight, parameters })),
    // what a step without a time means is left to the check, which wants valid times
    ramp: one.ramp.map((step) => ({ atMs: step.at?.getTime() ?? Number.NaN, trafficShare: step.trafficShare })),
    ...(startsAtMs === undefined ? {} : { startsAtMs }),
    ...(endsAtMs === undefined ? {} : { endsAtMs }),
    guardrails: one.guardrails.map(({ metric, toleratedRelativeLoss }) => ({ metric, toleratedRelativeLoss })),
    version: one.version,
    layerStart: 0,
    reservedShare: 0,
  };
}

function kindFromWire(kind: wire.ExperimentKind): ExperimentKind {
  const found = Object.entries(KINDS).find(([, value]) => value === kind);
  return (found?.[0] as ExperimentKind | undefined) ?? 'a_b';
}

function rolloutFromWire({ steps, minStepSeconds, minUnits, model, modelVersion }: wire.RolloutPlan): Rollout {
  return { steps, minStepSeconds, minUnits, model, modelVersion, step: 0 };
}

/** A state that is asked for; undefined for any. */
export function stateFromWire(state: wire.ExperimentState): ExperimentState | undefined {
  return Object.entries(STATES).find(([, value]) => value === state)?.[0] as ExperimentState | undefined;
}
