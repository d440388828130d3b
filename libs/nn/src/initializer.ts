import { AppError } from '@attune/errors';
import { seededNormal, seededUniform } from '@attune/kernels';

/** How a parameter begins. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Gaussian around zero. */
  | { readonly kind: 'normal'; readonly std: number }
  /** Uniform in [-limit, limit). */
  | { readonly kind: 'uniform'; readonly limit: number }
  /** Glorot and Bengio 2010: uniform with limit sqrt(6 / (fanIn + fanOut)); for tanh, sigmoid and outputs. */
  | { readonly kind: 'glorot'; readonly fanIn: number; readonly fanOut: number }
  /** He et al. 2015: Gaussian with deviation sqrt(2 / fanIn); for layers that are followed by ReLU. */
  | { readonly kind: 'he'; readonly fanIn: number };

/** All zeros. */
export const ZEROS: Initializer = { kind: 'constant', value: 0 };

/** All ones. */
export const ONES: Initializer = { kind: 'constant', value: 1 };

/** `size` numbers drawn as `initializer` says, the same for the same seed on every machine. */
export function initialValues(initializer: Initializer, size: number, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(size);
  switch (initializer.kind) {
    case 'constant':
      return values.fill(initializer.value);
    case 'normal':
      return fillNormal(values, initializer.std, seed);
    case 'he':
      return fillNormal(values, Math.sqrt(2 / initializer.fanIn), seed);
    case 'uniform':
      return fillUniform(values, initializer.limit, seed);
    case 'glorot':
      return fillUniform(values, Math.sqrt(6 / (initializer.fanIn + initializer.fanOut)), seed);
    default:
      initializer satisfies never;
      throw new AppError('invalid.net', 'a parameter has an initializer that is not known');
  }
}

function fillNormal(values: Float32Array<ArrayBuffer>, std: number, seed: number): Float32Array<ArrayBuffer> {
  const normal = seededNormal(seed);
  for (let i = 0; i < values.length; i++) values[i] = std * normal();
  return values;
}

function fillUniform(values: Float32Array<ArrayBuffer>, limit: number, seed: number): Float32Array<ArrayBuffer> {
  const uniform = seededUniform(seed);
  for (let i = 0; i < values.length; i++) values[i] = limit * (2 * uniform() - 1);
  return values;
}

/** A seed of its own for a name: FNV-1a over the name, mixed with the seed, so that adding a parameter changes no other one. */
export function seedFor(name: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
