import type { SparseKernel } from './sparse-kernel';
import type { SparseOptimizer } from './sparse-optimizer';
import type { BatchLayout, TableLayout } from './sparse-table-memory';

/** What one step works on: summed gradients lie at the first places of their rows in the batch. */
export interface SparseStep {
  readonly layout: TableLayout;
  readonly batch: BatchLayout;
  /** How many different rows the batch has. */
  readonly unique: number;
  readonly width: number;
  readonly learningRate: number;
}

/** Lets the kernel move the rows of a batch as their optimizer says. */
export function stepRows(kernel: SparseKernel, optimizer: SparseOptimizer, step: SparseStep): void {
  const { width, unique, learningRate: rate } = step;
  const { indices, first, gradients } = step.batch;
  const { values, moments, squares, updates, powers1, powers2 } = step.layout;
  const { weightDecay: decay, l2 } = optimizer;
  switch (optimizer.kind) {
    case 'sgd':
      kernel.sgdRows(first, unique, indices, gradients, width, values, rate, decay, l2);
      break;
    case 'adagrad': {
      const { epsilon } = optimizer;
      kernel.adagradRows(first, unique, indices, gradients, width, values, squares, rate, epsilon, decay, l2);
      break;
    }
    case 'adam': {
      const { beta1, beta2, epsilon } = optimizer;
      // biome-ignore format: the batch, the table, the rule
      kernel.adamRows(
        first, unique, indices, gradients, width,
        values, moments, updates, powers1, powers2,
        rate, beta1, beta2, epsilon, decay, l2,
      );
      break;
    }
    default:
      optimizer satisfies never;
  }
}
