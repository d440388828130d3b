import { add, multiply, negate, subtract } from '../ops/arithmetic';
import { logSoftmax } from '../ops/log-softmax';
import { mean } from '../ops/mean';
import { slice } from '../ops/slice';
import { softplus } from '../ops/softplus';
import { square } from '../ops/square';
import type { Tensor } from '../tensor';

/**
 * Mean binary cross-entropy of labels in [0, 1] under sigmoid(logits), of equal shapes: log(1 + exp(z)) - y z, which is
 * -y log p - (1 - y) log(1 - p) without the sigmoid and so without overflow.
 */
export function binaryCrossEntropyWithLogits(logits: Tensor, labels: Tensor): Tensor {
  return mean(subtract(softplus(logits), multiply(logits, labels)));
}

/** Mean of (predicted - actual)^2. */
export function meanSquaredError(predicted: Tensor, actual: Tensor): Tensor {
  return mean(square(subtract(predicted, actual)));
}

/** BPR (Rendle et al. 2009, eq. 4 without the regularizer): mean of -log sigmoid(positive - negative), of equal or stretching shapes. */
export function bprLoss(positive: Tensor, negative: Tensor): Tensor {
  return mean(softplus(subtract(negative, positive)));
}

/**
 * Sampled softmax (Jean et al. 2015): mean of -log softmax of the first column of scores [batch, 1 + samples], the others being sampled
 * negatives. `logProbabilities`, of the same shape, is how likely each was to be sampled, as a logarithm; it is taken off the scores
 * (the logQ correction), and may be left out where all are sampled alike.
 */
export function sampledSoftmaxLoss(scores: Tensor, logProbabilities?: Tensor): Tensor {
  const corrected = logProbabilities === undefined ? scores : add(scores, negate(logProbabilities));
  return negate(mean(slice(logSoftmax(corrected), { axis: 1, start: 0, end: 1 })));
}
