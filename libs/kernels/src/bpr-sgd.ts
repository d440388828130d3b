import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { type Csr, checkCsr } from './csr';
import { BUILT_FOLDER, sharedMemory } from './kernel-module';
import { seededUniform } from './seeded-normal';

/** Who chose what. */
export interface BprData {
  /** Chosen items by user, ascending within a row; the weights are not looked at. */
  readonly users: Csr;
  readonly itemCount: number;
  /** A multiple of 8. */
  readonly rank: number;
  /** Of the random pairs. */
  readonly seed: number;
}

/** How far each step goes, and which pairs it compares. */
export interface BprStep {
  readonly learningRate: number;
  /** Pull of vectors towards zero, per step. */
  readonly regularization: number;
  /** Pull of item biases towards zero, per step. */
  readonly biasRegularization: number;
  /** From 0 to 1: how often the item that was not chosen is drawn by popularity instead of uniformly. */
  readonly popularNegatives: number;
}

/** Everything that the descent changes, as views of its memory: write the start, read the result, copy what is to be kept. */
export interface BprState {
  /** [userCount x rank] */
  readonly userFactors: Float32Array;
  /** [itemCount x rank] */
  readonly itemFactors: Float32Array;
  /** [itemCount] */
  readonly itemBiases: Float32Array;
  /** [2]: the state of the random numbers. */
  readonly random: Uint32Array;
}

/** A descent under way. */
export interface BprSgd {
  readonly state: BprState;
  /** Takes random pairs one by one, a gradient step each; returns the mean of -ln sigmoid(x_ui - x_uj) before each step. */
  descend(samples: number, step: BprStep): number;
}

/**
 * Bayesian personalized ranking of a factorization with item biases by stochastic gradient descent (Rendle et al. 2009, section 4 and
 * figure 4): for random entries (u, i) and random items j that u did not choose, ascends ln sigmoid(x_ui - x_uj). One thread; the
 * same seed gives the same bytes on engines that round alike.
 */
export function openBprSgd(data: BprData): BprSgd {
  const { users, itemCount, rank } = data;
  checkBprData(data);
  const plan = planBpr(data);
  const memory = sharedMemory(plan.end);
  const { buffer } = memory;
  const { offsets, indices, rowCount } = users;
  new Int32Array(buffer, plan.offsets, offsets.length).set(offsets);
  new Int32Array(buffer, plan.indices, indices.length).set(indices);
  const rows = new Int32Array(buffer, plan.rows, indices.length);
  for (let row = 0; row < rowCount; row++) rows.fill(row, offsets[row]!, offsets[row + 1]!);
  const state: BprState = {
    userFactors: new Float32Array(buffer, plan.userFactors, rowCount * rank),
    itemFactors: new Float32Array(buffer, plan.itemFactors, itemCount * rank),
    itemBiases: new Float32Array(buffer, plan.itemBiases, itemCount),
    random: new Uint32Array(buffer, plan.random, 2),
  };
  const uniform = seededUniform(data.seed);
  // not zero, as the generator demands
  for (const word of state.random.keys()) state.random[word] = 1 + Math.floor(uniform() * 0xffff_fffe);
  const kernel = instantiate(memory);
  kernel.markPairs(indices.length, plan.rows, plan.indices, plan.filter, plan.filterBits - 1);
  return {
    state,
    descend(samples, { learningRate, regularization, biasRegularization, popularNegatives }) {
      const popular = Math.min(0xffff_ffff, Math.floor(popularNegatives * 2 ** 32));
      const loss = kernel.bprSteps(
        samples,
        indices.length,
        itemCount,
        rank,
        plan.rows,
        plan.offsets,
        plan.indices,
        plan.userFactors,
        plan.itemFactors,
        plan.itemBiases,
        plan.random,
        plan.pairs,
        plan.filter,
        plan.filterBits - 1,
        learningRate,
        regularization,
        biasRegularization,
        popular,
      );
      return loss / samples;
    },
  };
}

function checkBprData({ users, itemCount, rank }: BprData): void {
  if (!(Number.isInteger(rank) && rank >= 8 && rank % 8 === 0)) {
    throw new AppError('invalid.matrix', `the rank ${rank} is not a multiple of 8`);
  }
  checkCsr(users, itemCount, 'users');
  if (users.indices.length === 0) throw new AppError('invalid.matrix', 'the matrix of users has no entries');
  for (let row = 0; row < users.rowCount; row++) {
    for (let e = users.offsets[row]! + 1; e < users.offsets[row + 1]!; e++) {
      if (users.indices[e - 1]! >= users.indices[e]!) {
        throw new AppError('invalid.matrix', `the items of user ${row} do not ascend`);
      }
    }
  }
}

// the kernel draws 32 pairs of three words at once
const PAIR_WORDS = 32 * 3;

// of the bits that tell apart what was not chosen: one pair in so many has a bit that another one set
const FILTER_BITS_PER_ENTRY = 16;

function planBpr({ users, itemCount, rank }: BprData) {
  // at most 2^31, so that a mask of 32 bits reaches all
  const filterBits = 2 ** Math.min(31, Math.ceil(Math.log2(64 + FILTER_BITS_PER_ENTRY * users.indices.length)));
  let end = 65_536;
  const place = (numbers: number) => {
    const at = end;
    end += Math.ceil((numbers * 4) / 64) * 64;
    return at;
  };
  const plan = {
    offsets: place(users.offsets.length),
    rows: place(users.indices.length),
    indices: place(users.indices.length),
    userFactors: place(users.rowCount * rank),
    itemFactors: place(itemCount * rank),
    itemBiases: place(itemCount),
    random: place(2),
    pairs: place(PAIR_WORDS),
    filter: place(filterBits / 32),
  };
  if (end > 65_535 * 65_536) {
    throw new AppError(
      'failed_precondition.dataset_too_large',
      `${users.rowCount} users, ${itemCount} items and ${users.indices.length} entries at rank ${rank} need ` +
        `${(end / 2 ** 30).toFixed(1)} GiB, more than the 4 GiB that a training can address; lower the rank or the data`,
    );
  }
  return { ...plan, filterBits, end };
}

interface BprKernel {
  markPairs(entryCount: number, rows: number, indices: number, filter: number, mask: number): void;
  bprSteps(...addressesAndSettings: readonly number[]): number;
}

let compiled: WebAssembly.Module | undefined;

function instantiate(memory: WebAssembly.Memory): BprKernel {
  try {
    if (compiled === undefined) {
      const relaxed = readFileSync(join(BUILT_FOLDER, 'bpr-sgd.relaxed.wasm'));
      const usable = WebAssembly.validate(relaxed) ? relaxed : readFileSync(join(BUILT_FOLDER, 'bpr-sgd.wasm'));
      compiled = new WebAssembly.Module(usable);
    }
  } catch (cause) {
    throw new AppError('internal.kernels_not_built', 'the kernels cannot be loaded; run the build of @attune/kernels', {
      cause,
    });
  }
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as BprKernel;
}
