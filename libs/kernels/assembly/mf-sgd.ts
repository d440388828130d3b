// One pass of stochastic gradient descent for matrix factorization with biases. All addresses are bytes in the one memory that the
// host lays out (src/mf-sgd.ts); vectors are rows of `rank` floats, rank a multiple of 4.

function horizontalSum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

function dot(p: usize, q: usize, bytes: usize): f32 {
  let even = f32x4.splat(0), odd = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    even = f32x4.add(even, f32x4.mul(v128.load(p + at), v128.load(q + at)));
    odd = f32x4.add(odd, f32x4.mul(v128.load(p + at, 16), v128.load(q + at, 16)));
  }
  if (at < bytes) even = f32x4.add(even, f32x4.mul(v128.load(p + at), v128.load(q + at)));
  return horizontalSum(f32x4.add(even, odd));
}

/** One AdaGrad step of the bias at `b` with its sum of squared gradients at `squares`. */
function stepBias(b: usize, squares: usize, error: f32, learningRate: f32, regularization: f32): void {
  const gradient = error - regularization * load<f32>(b);
  const sum = load<f32>(squares) + gradient * gradient;
  store<f32>(squares, sum);
  store<f32>(b, load<f32>(b) + (learningRate * gradient) / sqrt<f32>(sum));
}

/** A row's step divides by the root of the mean squared gradient that it has seen so far, before this one. */
function stepRows(
  p: usize, q: usize, bytes: usize, squaresP: usize, squaresQ: usize,
  error: f32, learningRate: f32, regularization: f32,
): void {
  const e = f32x4.splat(error), r = f32x4.splat(regularization);
  const stepP = f32x4.splat(learningRate / sqrt<f32>(load<f32>(squaresP)));
  const stepQ = f32x4.splat(learningRate / sqrt<f32>(load<f32>(squaresQ)));
  let sumP = f32x4.splat(0), sumQ = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(p + at), y = v128.load(q + at);
    const gx = f32x4.sub(f32x4.mul(e, y), f32x4.mul(r, x));
    const gy = f32x4.sub(f32x4.mul(e, x), f32x4.mul(r, y));
    sumP = f32x4.add(sumP, f32x4.mul(gx, gx));
    sumQ = f32x4.add(sumQ, f32x4.mul(gy, gy));
    v128.store(p + at, f32x4.add(x, f32x4.mul(stepP, gx)));
    v128.store(q + at, f32x4.add(y, f32x4.mul(stepQ, gy)));
  }
  const perDimension: f32 = 4 / <f32>bytes;
  store<f32>(squaresP, load<f32>(squaresP) + horizontalSum(sumP) * perDimension);
  store<f32>(squaresQ, load<f32>(squaresQ) + horizontalSum(sumQ) * perDimension);
}

/** Visits the ratings `order[begin..end]` one by one; returns the sum of their squared errors before each step. */
export function sgdSteps(
  order: usize, begin: u32, end: u32, users: usize, items: usize, ratings: usize,
  p: usize, q: usize, biasP: usize, biasQ: usize,
  squaresP: usize, squaresQ: usize, squaresBiasP: usize, squaresBiasQ: usize,
  rank: u32, learningRate: f32, regularization: f32, biasRegularization: f32,
): f64 {
  const bytes = (rank as usize) << 2;
  let total: f64 = 0;
  for (let at = begin; at < end; at++) {
    const entry = (load<u32>(order + ((at as usize) << 2)) as usize) << 2;
    const user = (load<u32>(users + entry) as usize) << 2;
    const item = (load<u32>(items + entry) as usize) << 2;
    const x = p + user * (rank as usize), y = q + item * (rank as usize);
    const error = load<f32>(ratings + entry) - load<f32>(biasP + user) - load<f32>(biasQ + item) - dot(x, y, bytes);
    total += (error as f64) * (error as f64);
    stepBias(biasP + user, squaresBiasP + user, error, learningRate, biasRegularization);
    stepBias(biasQ + item, squaresBiasQ + item, error, learningRate, biasRegularization);
    stepRows(x, y, bytes, squaresP + user, squaresQ + item, error, learningRate, regularization);
  }
  return total;
}
