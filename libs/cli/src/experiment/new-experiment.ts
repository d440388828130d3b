import { experiment } from '@attune/contracts';
import { AppError } from '@attune/errors';

/** An experiment as it is told on the command line. */
export interface NewExperimentOptions {
  readonly hypothesis?: string;
  readonly kind: 'a_b' | 'interleaving' | 'rollout';
  /** `name` or `name=weight`; the first is the control. */
  readonly variant?: readonly string[];
  /** `variant:parameter=value` */
  readonly set?: readonly string[];
  readonly metric: string;
  readonly secondary?: readonly string[];
  readonly guardrail?: Readonly<Record<string, number>>;
  readonly traffic: number;
  readonly holdout?: number;
  readonly layer?: string;
  readonly target?: Readonly<Record<string, string>>;
  readonly startsAt?: Date;
  readonly endsAt?: Date;
  readonly stopsByItself?: true;
  readonly steps?: readonly number[];
  readonly stepSeconds?: number;
  readonly stepUnits?: number;
  readonly model?: string;
  readonly modelVersion?: number;
}

const KINDS = {
  a_b: experiment.ExperimentKind.A_B,
  interleaving: experiment.ExperimentKind.INTERLEAVING,
  rollout: experiment.ExperimentKind.ROLLOUT,
} as const;

/** The experiment that options stand for; whether it is sound is for the service to say. */
export function newExperiment(experimentId: string, options: NewExperimentOptions): experiment.Experiment {
  return experiment.Experiment.fromPartial({
    experimentId,
    hypothesis: options.hypothesis ?? '',
    kind: KINDS[options.kind],
    variants: variantsOf(options.variant ?? ['control', 'treatment'], options.set ?? []),
    trafficShare: options.traffic,
    holdoutShare: options.holdout ?? 0,
    layer: options.layer ?? '',
    targeting: options.target ?? {},
    primaryMetric: options.metric,
    secondaryMetrics: [...(options.secondary ?? [])],
    guardrails: Object.entries(options.guardrail ?? {}).map(([metric, toleratedRelativeLoss]) => ({
      ...{ metric, toleratedRelativeLoss },
    })),
    ...(options.startsAt === undefined ? {} : { startsAt: options.startsAt }),
    ...(options.endsAt === undefined ? {} : { endsAt: options.endsAt }),
    stopsByItself: options.stopsByItself ?? false,
    ...(options.steps === undefined ? {} : { rollout: rolloutOf(options, options.steps) }),
  });
}

function rolloutOf(options: NewExperimentOptions, steps: readonly number[]) {
  return {
    steps: [...steps],
    minStepSeconds: options.stepSeconds ?? 3_600,
    minUnits: options.stepUnits ?? 1_000,
    model: options.model ?? '',
    modelVersion: options.modelVersion ?? 0,
  };
}

/** Weights that are not given are equal parts of what is left. */
function variantsOf(named: readonly string[], set: readonly string[]) {
  const variants = named.map((text) => {
    const [name = '', weight] = text.split('=');
    return { name, weight: weight === undefined ? undefined : Number(weight), parameters: parametersOf(name, set) };
  });
  const unknown = set.find((text) => !variants.some(({ name }) => text.startsWith(`${name}:`)));
  if (unknown !== undefined) {
    const names = variants.map(({ name }) => name).join(', ');
    throw new AppError(
      'invalid.option',
      `--set ${unknown} names no variant; write <variant>:<parameter>=<value> with one of ${names}`,
    );
  }
  const given = variants.reduce((sum, { weight = 0 }) => sum + weight, 0);
  const open = variants.filter(({ weight }) => weight === undefined).length;
  return variants.map(({ weight = (1 - given) / open, ...variant }) => ({ ...variant, weight }));
}

function parametersOf(variant: string, set: readonly string[]): Record<string, string> {
  const own = set.filter((text) => text.startsWith(`${variant}:`)).map((text) => text.slice(variant.length + 1));
  return Object.fromEntries(
    own.map((text) => {
      const at = text.indexOf('=');
      if (at < 1)
        throw new AppError('invalid.option', `--set ${variant}:${text} has no "=" between parameter and value`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
