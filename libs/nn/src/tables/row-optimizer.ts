import { AppError } from '@attune/errors';
import type { SparseOptimizer } from '@attune/kernels';
import type { OptimizerSettings } from '../engine';

/** The settings of a net's optimizer for the rows of a table, with the same defaults. */
export function rowOptimizer(settings: OptimizerSettings): SparseOptimizer {
  const { kind, rate } = settings.weightDecay ?? { kind: 'decoupled', rate: 0 };
  const shrinkage = { weightDecay: kind === 'decoupled' ? rate : 0, l2: kind === 'l2' ? rate : 0 };
  switch (settings.kind) {
    case 'adam': {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
      return { kind: 'adam', beta1, beta2, epsilon, ...shrinkage };
    }
    case 'adagrad':
      return { kind: 'adagrad', epsilon: settings.epsilon ?? 1e-10, ...shrinkage };
    case 'sgd':
      if ((settings.momentum ?? 0) === 0) return { kind: 'sgd', ...shrinkage };
      throw new AppError(
        'invalid.settings',
        'embedding tables learn by SGD without momentum only, since momentum would move rows that a batch does not have; use Adam',
      );
    default:
      settings satisfies never;
      throw new AppError('invalid.settings', 'the optimizer is none of adam, adagrad and sgd');
  }
}
