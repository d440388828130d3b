import { AppError } from '@attune/errors';
import { mainMetric } from '@attune/evaluation';
import { MODELS, type ModelDefinition, parseSettings } from '@attune/recommenders';
import type { RecommenderTrainer, Trainer } from './trainer';

/** How many best items metrics look at. */
export const METRICS_K = 10;

/** Every trainer by its name. */
export const TRAINERS: ReadonlyMap<string, RecommenderTrainer> = new Map(
  [...MODELS.values()].map((definition) => [definition.name, trainerOf(definition)]),
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
    name,
    description,
    definition,
    defaults: parseSettings(definition, {}) as Readonly<Record<string, unknown>>,
    mainMetric: mainMetric(protocolOf(definition), [METRICS_K]),
    dataset: { kind: 'interactions', items: reads.has('item_content'), follows: reads.has('follows') },
    parseSettings: (settings) => parseSettings(definition, settings) as Readonly<Record<string, unknown>>,
  };
}
