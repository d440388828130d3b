import { AppError } from '@attune/errors';
import { z } from 'zod';
import type { Trainer } from './trainer';

const popularitySettings = z.strictObject({
  halfLifeDays: z.number().positive().max(3650).default(14).describe('after how many days an interaction counts half'),
});

const alsSettings = z.strictObject({
  rank: z.number().int().min(4).max(256).multipleOf(4).default(64).describe('dimensions of the embeddings'),
  iterations: z.number().int().min(1).max(100).default(12),
  regularization: z.number().positive().max(100).default(0.02),
  unobservedWeight: z.number().positive().max(100).default(0.1).describe('alpha0: the weight of what nobody did'),
  initStd: z.number().positive().max(10).default(0.1),
  seed: z.number().int().min(0).max(0x7fffffff).default(1),
  threads: z.number().int().min(1).max(64).default(2),
});

/** Settings of the popularity trainer. */
export type PopularityTrainerSettings = z.infer<typeof popularitySettings>;

/** Settings of the als trainer. */
export type AlsTrainerSettings = z.infer<typeof alsSettings>;

/** Every trainer by its name. */
export const TRAINERS: ReadonlyMap<string, Trainer> = new Map(
  [
    defineTrainer(
      'popularity',
      'What many people liked lately: counts of positive interactions with exponential time decay.',
      popularitySettings,
    ),
    defineTrainer(
      'als',
      'What people with the same taste liked: implicit matrix factorization (iALS), personal and fast.',
      alsSettings,
    ),
  ].map((trainer) => [trainer.name, trainer]),
);

/** The trainer of that name. */
export function requireTrainer(trainers: ReadonlyMap<string, Trainer>, name: string): Trainer {
  const trainer = trainers.get(name);
  if (trainer !== undefined) return trainer;
  const known = [...trainers.keys()].join(', ');
  const message = `there is no trainer "${name}"; choose one of: ${known}`;
  throw new AppError('invalid.model', message, { violations: [{ field: 'model', description: message }] });
}

function defineTrainer(name: string, description: string, schema: z.ZodObject): Trainer {
  return {
    name,
    description,
    defaults: schema.parse({}),
    parseSettings: (settings) => {
      const parsed = schema.safeParse(settings);
      if (parsed.success) return parsed.data;
      const violations = parsed.error.issues.map((issue) => ({
        field: ['settings', ...issue.path].join('.'),
        description: issue.message,
      }));
      throw new AppError('invalid.settings', `the settings of trainer "${name}" are not valid`, { violations });
    },
  };
}
