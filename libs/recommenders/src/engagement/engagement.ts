import { type EngineLogger, openEngine } from '@attune/nn';
import type { z } from 'zod';
import { type Calibration, fitCalibration } from '../calibration/calibration';
import type { CheckpointStore, OnProgress } from '../model';
import { appendCrosses, resolveCrosses } from './cross-features';
import { buildEngagementNet, sharedWidths } from './engagement-net';
import { type EngagementSettings, engagementSettings } from './engagement-settings';
import { fitScales, inputWidth, transformRows } from './feature-transform';
import { EngagementModel, type FittedEngagement } from './fitted-engagement';
import { type LabelPlan, planLabels } from './label-plan';
import { checkExamples, type LabelledExamples, toMatrix } from './labelled-examples';
import { measureEngagement } from './measure-engagement';
import { partsOf } from './split-examples';
import { type NetRows, predictLogits, trainEngagement } from './train-engagement';

/** One training of the engagement model. */
export interface FitEngagementRequest {
  readonly examples: LabelledExamples;
  readonly settings: EngagementSettings;
  readonly checkpoints?: CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Told which engine trains, and why. */
  readonly logger?: EngineLogger;
}

/** A model of what users do with what they see. It predicts probabilities and ranks nothing by itself, so it is no `ModelDefinition`. */
export interface EngagementDefinition {
  readonly name: string;
  readonly description: string;
  readonly settings: z.ZodType<EngagementSettings>;
  fit(request: FitEngagementRequest): Promise<FittedEngagement>;
}

/** Calibrated probabilities of engagement from features; docs/models/engagement.md has its equations. */
export const ENGAGEMENT: EngagementDefinition = {
  name: 'engagement',
  description:
    'How likely a user clicks, likes, comments on or shares what is shown: calibrated probabilities from features.',
  settings: engagementSettings,
  fit: fitEngagement,
};

/** Trains, calibrates on held-out examples and measures on others. Equal examples, settings and one thread give equal numbers. */
export async function fitEngagement(request: FitEngagementRequest): Promise<FittedEngagement> {
  const { examples, settings, checkpoints, signal, onProgress, logger } = request;
  checkExamples(examples);
  const parts = partsOf(examples, settings.seed);
  const plans = planLabels(examples, parts.train, settings.minPositives);
  const names = examples.features.map(({ name }) => name);
  const crosses = resolveCrosses(names, settings.crosses);
  const matrix = appendCrosses(toMatrix(examples.features, examples.rowCount), names.length, crosses);
  const scales = fitScales(matrix, names.length + crosses.length, parts.train);
  const rowsOf = (rows: Uint32Array) => netRows(examples, plans, transformRows(matrix, scales, rows), rows);

  const engine = await openEngine({ preferred: settings.engine, ...(logger && { logger }) });
  const net = buildEngagementNet(settings, { inputs: inputWidth(scales), labels: plans.length });
  const compiled = await engine.compile(net, {
    optimizer: { kind: 'adam', weightDecay: { kind: 'decoupled', rate: settings.weightDecay } },
    seed: settings.seed,
    threads: settings.threads,
  });
  try {
    const [train, validation, test] = [rowsOf(parts.train), rowsOf(parts.validation), rowsOf(parts.test)];
    const training = plans.every(({ isBaseRate }) => isBaseRate)
      ? { epochs: 0, validationLoss: 0 }
      : await trainEngagement({ compiled, train, validation, settings, checkpoints, signal, onProgress });
    const logits = await predictLogits(compiled, validation);
    const calibrations = plans.map((plan, label) =>
      calibrateLabel(settings.calibration, plan, logits, validation, label),
    );
    const parameters = await compiled.state();
    const model = new EngagementModel({
      features: names,
      labels: plans.map(({ name }) => name),
      compiled,
      graph: {
        featureCount: names.length,
        crosses,
        scales,
        crossLayers: settings.crossLayers,
        hidden: sharedWidths(settings),
        parameters,
        calibrations,
      },
    });
    const probabilities = model.calibrated(await predictLogits(compiled, test));
    model.metrics = { epochs: training.epochs, ...measureEngagement(plans, probabilities, test) };
    return model;
  } catch (error) {
    await compiled[Symbol.asyncDispose]();
    throw error;
  }
}

function netRows(
  { labels, weight }: LabelledExamples,
  plans: readonly LabelPlan[],
  inputs: Float32Array,
  rows: Uint32Array,
): NetRows {
  const targets = new Float32Array(rows.length * labels.length);
  const masks = new Float32Array(targets.length);
  for (const [at, { values }] of labels.entries()) {
    for (let to = 0; to < rows.length; to++) {
      const value = values[rows[to]!]!;
      if (Number.isNaN(value)) continue;
      targets[to * labels.length + at] = value;
      masks[to * labels.length + at] = (weight?.[rows[to]!] ?? 1) * plans[at]!.scale;
    }
  }
  return { rowCount: rows.length, inputs, labels: targets, masks };
}

/** The curve of one label by the validation rows that have it; for a label of few positives the base rate, whatever the logit. */
function calibrateLabel(
  kind: Calibration['kind'],
  { isBaseRate, baseRate }: LabelPlan,
  logits: Float32Array,
  { rowCount, labels, masks }: NetRows,
  label: number,
): Calibration {
  const constant = { kind: 'logistic', slope: 0, intercept: Math.log(baseRate / (1 - baseRate)) } as const;
  if (isBaseRate) return constant;
  const count = logits.length / rowCount;
  const at = Uint32Array.from({ length: rowCount }, (_, row) => row * count + label).filter((e) => masks[e]! > 0);
  if (at.length === 0) return { kind: 'logistic', slope: 1, intercept: 0 };
  return fitCalibration(kind, {
    scores: Float32Array.from(at, (e) => logits[e]!),
    labels: Uint8Array.from(at, (e) => labels[e]!),
    weights: Float32Array.from(at, (e) => masks[e]!),
  });
}
