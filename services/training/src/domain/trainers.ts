import { AppError } from '@attune/errors';
import { mainMetric } from '@attune/evaluation';
import { ENGAGEMENT, MODELS, type ModelDefinition, parseSettings } from '@attune/recommenders';
import type { AnyTrainer, EngagementTrainer, RecommenderTrainer, Trainer } from './trainer';

/** How many best items metrics look at. */
export const METRICS_K = 10;

/** The mean over labels of the log loss in nats: proper, so it rewards probabilities that are right. */
export const LOG_LOSS = 'log_loss';

/** Every trainer by its name. */
export const TRAINERS: ReadonlyMap<string, AnyTrainer> = new Map(
  [...[...MODELS.values()].map(trainerOf), engagementTrainer()].map((trainer) => [trainer.name, trainer]),
);

/** The trainer of that name. */
export function requireTrainer<T extends Trainer>(trainers: ReadonlyMap<string, T>, name: string): T {
  const trainer = trainers.get(name);
  if (trainer !== undefined) return trainer;
  const known = [...trainers.keys()].join(', ');
  const message = `there is no trainer "${name}"; choose one of: ${known}`;
  throw new AppError('invalid.model', message, { violations: [{ field: 'model', description: message }] });
}

/** How a model is measured after its training. */
export function protocolOf({ needs }: Pick<ModelDefinition, 'needs'>): 'leave-one-out' | 'ratings' {
  return needs.includes('values') ? 'ratings' : 'leave-one-out';
}

function trainerOf(definition: ModelDefinition): RecommenderTrainer {
  const { name, description, needs, uses = [] } = definition;
  const reads = new Set([...needs, ...uses]);
  return {
    kind: 'recommender',
    name,
    description,
    definition,
    defaults: parseSettings(definition, {}) as Readonly<Record<string, unknown>>,
    mainMetric: mainMetric(protocolOf(definition), [METRICS_K]),
    dataset: { kind: 'interactions', items: reads.has('item_content'), follows: reads.has('follows') },
    parseSettings: (settings) => parseSettings(definition, settings) as Readonly<Record<string, unknown>>,
  };
}

function engagementTrainer(): EngagementTrainer {
  const { name, description } = ENGAGEMENT;
  return {
    kind: 'engagement',
    name,
    description,
    definition: ENGAGEMENT,
    defaults: { ...parseSettings(ENGAGEMENT, {}) },
    mainMetric: { name: LOG_LOSS, isHigherBetter: false },
    dataset: { kind: 'labelled_examples' },
    parseSettings: (settings) => ({ ...parseSettings(ENGAGEMENT, settings) }),
  };
}
