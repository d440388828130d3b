import { z } from 'zod';
import type { SearchSpace } from '../search-space';

/** Settings of `neural_cf`; names and meanings are in docs/models/neural_cf.md. */
export const ncfSettings = z.strictObject({
  variant: z
    .enum(['neumf', 'gmf', 'mlp'])
    .default('neumf')
    .describe('gmf: a weighted product of vectors; mlp: a tower over both vectors; neumf: the sum of both'),
  embedding: z.number().int().min(4).max(512).multipleOf(4).default(128).describe('width of the vectors'),
  mlpEmbedding: z
    .union([z.literal('same'), z.number().int().min(4).max(512).multipleOf(4)])
    .default('same')
    .describe('width of the vectors under the tower, where it is another one'),
  hidden: z
    .string()
    .regex(/^[1-9]\d{0,3}(-[1-9]\d{0,3}){0,5}$/, 'is not a list of widths such as 256-128-64')
    .default('256-128-64')
    .describe('widths of the layers of the tower'),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .describe('share of the values of a layer that are left out of a step'),
  batchNorm: z.boolean().default(true).describe('batch normalization in every layer of the tower'),
  learningRate: z.number().positive().max(1).default(0.001).describe('of Adam'),
  schedule: z
    .enum(['constant', 'cosine'])
    .default('cosine')
    .describe('the learning rate over the epochs: constant, or falling to zero along a cosine'),
  l2: z.number().min(0).max(1).default(0.003).describe('penalty on the squared vectors of each example'),
  weightDecay: z.number().min(0).max(1).default(0).describe('decoupled weight decay of the layers'),
  epochs: z.number().int().min(1).max(500).default(3).describe('how often every interaction is seen'),
  negatives: z.number().int().min(1).max(64).default(4).describe('negatives for each interaction, new ones each epoch'),
  batchSize: z.number().int().min(2).max(131_072).default(1_024).describe('examples of a step, negatives included'),
  pretrain: z
    .enum(['als', 'gmf-mlp', 'none'])
    .default('als')
    .describe(
      'what gmf and neumf begin at: a factorization solved by als, a trained gmf and mlp (neumf alone), or nothing',
    ),
  towerRate: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('share of the learning rate with which a tower learns beside a solved factorization'),
  alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('weight of the gmf beside the mlp, where both are trained first'),
  pretrainEpochs: z
    .number()
    .int()
    .min(1)
    .max(500)
    .default(20)
    .describe('epochs of a gmf and an mlp that are trained first'),
  fineTuneRate: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe('share of the learning rate with which what was pre-trained or warm-started goes on'),
  patience: z
    .number()
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'stop after so many epochs without a better NDCG@10 on held-out interactions; 0 trains all epochs on all',
    ),
  initStd: z.number().positive().max(1).default(0.01).describe('deviation of the vectors at the start'),
  engine: z.enum(['auto', 'onnxruntime', 'tensorflow']).default('auto').describe('what computes the training'),
  seed: z.number().int().min(0).max(0x7fffffff).default(1),
  threads: z.number().int().min(1).max(64).default(1).describe('of the engine; with one, equal seeds give equal bytes'),
});

/** Settings of one `neural_cf` training. */
export type NcfSettings = z.infer<typeof ncfSettings>;

/** Widths of the layers of the tower. */
export function hiddenWidths({ hidden }: Pick<NcfSettings, 'hidden'>): number[] {
  return hidden.split('-').map(Number);
}

/** Width of the vectors under the tower. */
export function towerEmbedding({ embedding, mlpEmbedding }: NcfSettings): number {
  return mlpEmbedding === 'same' ? embedding : mlpEmbedding;
}

/** A small tower, which is cheap, and the factorization alone. */
export const ncfSearchSpace: SearchSpace = {
  start: [
    { variant: 'neumf', mlpEmbedding: 32, hidden: '64-32-16', batchNorm: false, dropout: 0, batchSize: 4_096 },
    { variant: 'gmf', batchSize: 4_096 },
  ],
  dimensions: {
    embedding: { kind: 'int', low: 16, high: 192, multipleOf: 16 },
    hidden: { kind: 'choice', options: ['64-32-16', '128-64-32', '256-128-64'] },
    dropout: { kind: 'linear', low: 0, high: 0.4 },
    learningRate: { kind: 'log', low: 0.0003, high: 0.01 },
    l2: { kind: 'log', low: 0.0001, high: 0.03 },
    negatives: { kind: 'int', low: 4, high: 12 },
  },
  effort: { setting: 'epochs', low: 1, high: 8 },
};
