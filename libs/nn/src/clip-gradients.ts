import { AppError } from '@attune/errors';
import { add, constant, divide, multiply, subtract } from './ops/arithmetic';
import { relu } from './ops/relu';
import { sqrt } from './ops/sqrt';
import { square } from './ops/square';
import { sum } from './ops/sum';
import type { Tensor } from './tensor';

/**
 * Gradients whose common norm is at most `clipNorm`: all are scaled by clipNorm / max(norm, clipNorm) (Pascanu, Mikolov and Bengio 2013,
 * algorithm 1).
 */
export function clipGradients(gradients: readonly Tensor[], clipNorm: number): Tensor[] {
  checkClipNorm(clipNorm);
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, part) => add(total, part)));
  const { graph } = norm;
  // max(norm, clipNorm) = clipNorm + relu(norm - clipNorm)
  const scale = divide(constant(graph, clipNorm), add(relu(subtract(norm, clipNorm)), clipNorm));
  return gradients.map((gradient) => multiply(gradient, scale));
}

/** Throws `invalid.settings` where a norm cannot be the largest one. */
export function checkClipNorm(clipNorm: number): void {
  if (clipNorm > 0 && Number.isFinite(clipNorm)) return;
  throw new AppError(
    'invalid.settings',
    `the largest norm of gradients must be a positive number, and not ${clipNorm}`,
  );
}
