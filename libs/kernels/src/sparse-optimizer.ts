import { AppError } from '@attune/errors';

/**
 * How the rows of a table learn. Weight decay is apart from the gradient (Loshchilov and Hutter 2019): a row loses
 * `learningRate * weightDecay` of itself in each step that touches it, and rows that a step does not touch stay as they are.
 */
export type SparseOptimizer =
  | {
      /** Kingma and Ba 2015, algorithm 1, with a clock per row (see `SparseTable`). */
      readonly kind: 'adam';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | {
      /** Duchi, Hazan and Singer 2011: each number's steps shrink with the root of the sum of its squared gradients. */
      readonly kind: 'adagrad';
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | { readonly kind: 'sgd'; readonly weightDecay: number };

/** Beyond it the kernel's table of powers would end before a beta's power is nothing. */
const MAX_BETA = 0.99999;

/** Throws `invalid.settings` with everything that is wrong. */
export function checkOptimizer(optimizer: SparseOptimizer): void {
  const problems: string[] = [];
  if (!(optimizer.weightDecay >= 0 && Number.isFinite(optimizer.weightDecay))) {
    problems.push('weightDecay must be zero or a positive number');
  }
  if (optimizer.kind !== 'sgd' && !(optimizer.epsilon > 0 && Number.isFinite(optimizer.epsilon))) {
    problems.push('epsilon must be a positive number');
  }
  if (optimizer.kind === 'adam') {
    for (const name of ['beta1', 'beta2'] as const) {
      if (!(optimizer[name] >= 0 && optimizer[name] <= MAX_BETA))
        problems.push(`${name} must be from 0 to ${MAX_BETA}`);
    }
  }
  if (problems.length > 0)
    throw new AppError('invalid.settings', `the optimizer cannot be used: ${problems.join('; ')}`);
}
