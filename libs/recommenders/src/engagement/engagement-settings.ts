import { z } from 'zod';

/** Settings of `engagement`; names and meanings are in docs/models/engagement.md. */
export const engagementSettings = z.strictObject({
  crosses: z
    .array(z.tuple([z.string().min(1), z.string().min(1)]))
    .max(256)
    .default([])
    .describe('products of two features, or dot products of two lists of equal length by their names without number'),
  crossLayers: z.number().int().min(0).max(4).default(1).describe('layers that multiply all inputs with each other'),
  hidden: z
    .string()
    .regex(/^[1-9]\d{0,3}(-[1-9]\d{0,3}){0,5}$/, 'is not a list of widths such as 64-32')
    .default('64-32')
    .describe('widths of the layers that all labels share'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe('share of the values of a layer that are left out of a step'),
  learningRate: z.number().positive().max(1).default(0.002).describe('of Adam'),
  weightDecay: z.number().min(0).max(10).default(0.01).describe('decoupled weight decay of the layers'),
  epochs: z.number().int().min(1).max(500).default(30).describe('how often every example is seen at most'),
  patience: z.number().int().min(1).max(100).default(3).describe('stop after so many epochs without a smaller loss'),
  batchSize: z.number().int().min(2).max(131_072).default(512).describe('examples of a step'),
  calibration: z.enum(['logistic', 'isotonic']).default('logistic').describe('curve from logits to probabilities'),
  minPositives: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(50)
    .describe('a label with fewer positives, or negatives, to learn from is answered by its base rate'),
  engine: z.enum(['auto', 'onnxruntime', 'tensorflow']).default('auto').describe('what computes the training'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1),
  threads: z.number().int().min(1).max(64).default(1).describe('of the engine; with one, equal seeds give equal bytes'),
});

/** Settings of one `engagement` training. */
export type EngagementSettings = z.infer<typeof engagementSettings>;
