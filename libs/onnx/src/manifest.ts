import { z } from 'zod';
import { DATA_TYPES } from './wire';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 digest in lower-case hexadecimal');
// a plain name: an artifact can never point outside its own folder
const fileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'is not a plain file name');
const size = z.number().int().nonnegative();

const tensor = z
  .strictObject({
    type: z.enum(['float32', 'int32', 'int64']),
    dims: z.array(size),
    data: z.array(z.number()),
  })
  // an input that says it is huge must not make the runtime reserve what it says
  .refine(
    ({ dims, data }) => dims.reduce((product, dim) => product * dim, 1) === data.length,
    'has not the numbers of its shape',
  );
const tensors = z.record(z.string(), tensor);

const value = z.strictObject({
  name: z.string(),
  type: z.enum(Object.keys(DATA_TYPES) as [keyof typeof DATA_TYPES]),
  shape: z.array(z.union([size, z.string()])),
});

const graph = z.strictObject({
  name: z.string().min(1),
  file: fileName,
  inputs: z.array(value),
  outputs: z.array(value).min(1),
  /** What the graph answered when it was written: whoever runs it must get the same within `tolerance`. */
  golden: z.array(z.strictObject({ inputs: tensors, outputs: tensors })).min(1),
  /** Largest difference relative to max(1, size of the number). */
  tolerance: z.number().positive().max(0.01),
});

/** The shape of manifest.json, which says everything about an artifact that must hold before it may serve. */
export const manifestSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Which trainer made it, for instance `als` or `popularity`. */
  modelKind: z.string().min(1),
  /** The trainer's settings, enough to train the same model again from the same data. */
  settings: z.record(z.string(), z.json()),
  datasetHash: z.string().min(1),
  featureSchemaHash: z.string(),
  metrics: z.record(z.string(), z.number()),
  createdAt: z.iso.datetime(),
  opset: z.number().int().positive(),
  files: z.array(z.strictObject({ name: fileName, sizeBytes: size, sha256: digest })),
  graphs: z.array(graph).min(1),
  /** Files of ids by row, and how many there are. */
  items: z.strictObject({ file: fileName, count: size }),
  users: z.strictObject({ file: fileName, count: size }).optional(),
  /** What the file of users holds: keyed hashes. Artifacts from before there were any lack this and hold plain ids. */
  userIdentity: z.literal('user_key').optional(),
  /** Names of the columns of the input `features`, in order, for graphs that have one. */
  features: z.array(z.string()).optional(),
  /** Names of the columns of the output `probabilities`, in order, for graphs that have one. */
  labels: z.array(z.string()).optional(),
});

/** A checked manifest.json. */
export type Manifest = z.infer<typeof manifestSchema>;

/** One graph of a manifest. */
export type ManifestGraph = Manifest['graphs'][number];
