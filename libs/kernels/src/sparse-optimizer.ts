import { AppError } from '@attune/errors';

/** What pulls the rows that a step touches towards zero, once per row and step; rows that it does not touch stay as they are. */
interface Shrinkage {
  /** Beside the gradient: a row loses learningRate * weightDecay of itself (Loshchilov and Hutter 2019). */
  readonly weightDecay: number;
  /** As a part of the gradient: the derivative of l2 / 2 * |row|^2. */
  readonly l2: number;
}

/** How the rows of a table learn. */
export type SparseOptimizer = Shrinkage &
  (
    | {
        /** Kingma and Ba 2015, algorithm 1, with a clock per row (see `SparseTable`). */
        readonly kind: 'adam';
        readonly beta1: number;
        readonly beta2: number;
        readonly epsilon: number;
      }
    | {
        /** Duchi, Hazan and Singer 2011: each number's steps shrink with the root of the sum of its squared gradients. */
        readonly kind: 'adagrad';
        readonly epsilon: number;
      }
    | { readonly kind: 'sgd' }
  );

/** Beyond it the kernel's table of powers would end before a beta's power is nothing. */
const MAX_BETA = 0.99999;

/** Throws `invalid.settings` with everything that is wrong. */
export function checkOptimizer(optimizer: SparseOptimizer): void {
  const problems: string[] = [];
  for (const name of ['weightDecay', 'l2'] as const) {
    if (!(optimizer[name] >= 0 && Number.isFinite(optimizer[name]))) {
      problems.push(`${name} must be zero or a positive number`);
    }
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
