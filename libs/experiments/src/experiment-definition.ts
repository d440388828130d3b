/** Where an experiment stands. It assigns in `running` alone; `stopped` is for good. */
export type ExperimentState = 'draft' | 'running' | 'paused' | 'stopped';

/**
 * How variants are compared. `a_b`: each unit sees one. `interleaving`: each slate is drafted from both, whatever
 * variant the unit was given. `rollout`: the ramp brings ever more units in while guardrails hold.
 */
export type ExperimentKind = 'a_b' | 'interleaving' | 'rollout';

/** One of the ways that an experiment compares. The first of a definition is the control. */
export interface ExperimentVariant {
  readonly name: string;
  /** Its share of the experiment's units, above 0; the weights of an experiment add up to 1. */
  readonly weight: number;
  /** What it changes: strategy, model version, surface configuration or any parameter. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** From `atMs` on, `trafficShare` of the eligible units take part. */
export interface RampStep {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly trafficShare: number;
}

/** A metric that must not get worse. */
export interface ExperimentGuardrail {
  readonly metric: string;
  /** The largest relative loss that is borne, from 0 to below 1: 0.02 bears a loss of 2 %. */
  readonly toleratedRelativeLoss: number;
}

/** Everything that decides who is in an experiment and what they get. Shares are of the eligible units, from 0 to 1. */
export interface ExperimentDefinition {
  readonly experimentId: string;
  /** Names the split into variants (and the place in an own layer); absent or empty for the experiment's id. */
  readonly salt?: string;
  readonly state: ExperimentState;
  readonly kind: ExperimentKind;
  readonly variants: readonly ExperimentVariant[];
  /** The share that takes part until the first step of the ramp, and always where there is no ramp. */
  readonly trafficShare: number;
  /** Who is eligible: every entry must equal the unit's attribute of that name. */
  readonly targeting: Readonly<Record<string, string>>;
  /** Experiments of one layer exclude each other; empty for a layer of its own. */
  readonly layer: string;
  /** Where the reserved range begins in the layer's unit interval. `placeInLayer` finds it. */
  readonly layerStart: number;
  /** How wide the reserved range is: the largest share that the experiment may ever have. See `largestTrafficShare`. */
  readonly reservedShare: number;
  /** Steps that follow each other in time; empty for a share that stays. */
  readonly ramp: readonly RampStep[];
  /** The share that takes part in no experiment of the layer; equal in all of them. */
  readonly holdoutShare: number;
  /** When it begins to assign and when it no longer does (exclusive), in milliseconds since 1970. */
  readonly startsAtMs?: number;
  readonly endsAtMs?: number;
  /** When it was first started; decides which of two experiments has a parameter. Absent: `startsAtMs`. */
  readonly startedAtMs?: number;
  readonly primaryMetric: string;
  readonly secondaryMetrics: readonly string[];
  readonly guardrails: readonly ExperimentGuardrail[];
  /** Counts the changes from 1. */
  readonly version: number;
}

/** Who or what is assigned, mostly a user. */
export interface ExperimentUnit {
  readonly unitId: string;
  /** What targeting looks at. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What places an experiment's salt: absent and empty mean the experiment's id. */
export function saltOf({ salt, experimentId }: Pick<ExperimentDefinition, 'salt' | 'experimentId'>): string {
  return salt === undefined || salt === '' ? experimentId : salt;
}
