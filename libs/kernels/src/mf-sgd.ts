import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { BUILT_FOLDER, sharedMemory } from './kernel-module';

/** Ratings to factorize: entry e is (users[e], items[e]) with the value ratings[e], about 0 on average and about 1 in size. */
export interface MfSgdData {
  readonly userCount: number;
  readonly itemCount: number;
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly ratings: Float32Array;
  /** A multiple of 4. */
  readonly rank: number;
}

/** How far each step goes. */
export interface MfSgdStep {
  /** AdaGrad's eta. */
  readonly learningRate: number;
  /** Pull of vectors towards zero, per rating. */
  readonly regularization: number;
  /** Pull of biases towards zero, per rating. */
  readonly biasRegularization: number;
}

/** Everything that the descent changes, as views of its memory: write the start, read the result, copy what is to be kept. */
export interface MfSgdState {
  /** [userCount x rank] */
  readonly userFactors: Float32Array;
  /** [itemCount x rank] */
  readonly itemFactors: Float32Array;
  /** [userCount] */
  readonly userBiases: Float32Array;
  /** [itemCount] */
  readonly itemBiases: Float32Array;
  /** Sums of squared gradients of AdaGrad, one per row of each of the above; they begin at 1. */
  readonly userSquares: Float32Array;
  readonly itemSquares: Float32Array;
  readonly userBiasSquares: Float32Array;
  readonly itemBiasSquares: Float32Array;
}

/** A factorization under way. */
export interface MfSgd {
  readonly state: MfSgdState;
  /** Visits the entries in the order given, one gradient step each; returns the sum of squared errors before each step. */
  descend(order: Int32Array, step: MfSgdStep): number;
}

const BASE = 65_536;
const MAX_BYTES = 4_294_901_760;

/**
 * Matrix factorization with biases by stochastic gradient descent: minimizes sum (r - b_u - c_i - p_u.q_i)^2 plus squared lengths,
 * with AdaGrad steps (Duchi et al. 2011) whose sums of squares are kept per row and not per number, as in LIBMF (Chin et al. 2015,
 * "A learning-rate schedule for stochastic gradient methods to matrix factorization"). One thread; the same order gives the same
 * bytes on every machine.
 */
export function openMfSgd(data: MfSgdData): MfSgd {
  const { userCount, itemCount, users, items, ratings, rank } = data;
  if (!(Number.isInteger(rank) && rank >= 4 && rank % 4 === 0)) {
    throw new AppError('invalid.matrix', `the rank ${rank} is not a multiple of 4`);
  }
  if (users.length !== ratings.length || items.length !== ratings.length) {
    throw new AppError('invalid.matrix', 'users, items and ratings must have one entry for each rating');
  }
  checkIndices(users, userCount);
  checkIndices(items, itemCount);
  const plan = planMemory(data);
  const memory = sharedMemory(plan.end);
  const { buffer } = memory;
  new Int32Array(buffer, plan.users, users.length).set(users);
  new Int32Array(buffer, plan.items, items.length).set(items);
  new Float32Array(buffer, plan.ratings, ratings.length).set(ratings);
  const floats = (at: number, length: number) => new Float32Array(buffer, at, length);
  const state: MfSgdState = {
    userFactors: floats(plan.p, userCount * rank),
    itemFactors: floats(plan.q, itemCount * rank),
    userBiases: floats(plan.biasP, userCount),
    itemBiases: floats(plan.biasQ, itemCount),
    userSquares: floats(plan.squaresP, userCount).fill(1),
    itemSquares: floats(plan.squaresQ, itemCount).fill(1),
    userBiasSquares: floats(plan.squaresBiasP, userCount).fill(1),
    itemBiasSquares: floats(plan.squaresBiasQ, itemCount).fill(1),
  };
  const kernel = instantiate(memory);
  return {
    state,
    descend(order, { learningRate, regularization, biasRegularization }) {
      checkIndices(order, ratings.length);
      if (order.length > ratings.length) {
        throw new AppError('invalid.matrix', `the order has ${order.length} entries for ${ratings.length} ratings`);
      }
      new Int32Array(buffer, plan.order, order.length).set(order);
      const { p, q, biasP, biasQ, squaresP, squaresQ, squaresBiasP, squaresBiasQ } = plan;
      return kernel.sgdSteps(
        plan.order,
        0,
        order.length,
        plan.users,
        plan.items,
        plan.ratings,
        p,
        q,
        biasP,
        biasQ,
        squaresP,
        squaresQ,
        squaresBiasP,
        squaresBiasQ,
        rank,
        learningRate,
        regularization,
        biasRegularization,
      );
    },
  };
}

function planMemory({ userCount, itemCount, users, rank }: MfSgdData) {
  let end = BASE;
  const place = (numbers: number) => {
    const at = end;
    end += Math.ceil((numbers * 4) / 64) * 64;
    return at;
  };
  const plan = {
    order: place(users.length),
    users: place(users.length),
    items: place(users.length),
    ratings: place(users.length),
    p: place(userCount * rank),
    q: place(itemCount * rank),
    biasP: place(userCount),
    biasQ: place(itemCount),
    squaresP: place(userCount),
    squaresQ: place(itemCount),
    squaresBiasP: place(userCount),
    squaresBiasQ: place(itemCount),
  };
  if (end > MAX_BYTES) {
    throw new AppError(
      'failed_precondition.dataset_too_large',
      `${users.length} ratings at rank ${rank} need ${Math.ceil(end / 1e9)} GB, more than one factorization can hold; lower the rank`,
    );
  }
  return { ...plan, end };
}

function checkIndices(indices: Int32Array, count: number): void {
  const bad = indices.find((index) => index < 0 || index >= count);
  if (bad !== undefined) throw new AppError('invalid.matrix', `index ${bad} is outside 0..${count - 1}`);
}

interface MfSgdKernel {
  sgdSteps(...addressesAndSettings: readonly number[]): number;
}

let compiled: WebAssembly.Module | undefined;

function instantiate(memory: WebAssembly.Memory): MfSgdKernel {
  try {
    compiled ??= new WebAssembly.Module(readFileSync(join(BUILT_FOLDER, 'mf-sgd.wasm')));
  } catch (cause) {
    throw new AppError('internal.kernels_not_built', 'the kernels cannot be loaded; run the build of @attune/kernels', {
      cause,
    });
  }
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as MfSgdKernel;
}
