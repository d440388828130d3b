import {
  add,
  binaryCrossEntropyWithLogits,
  linear,
  meanSquaredError,
  mlp,
  multiply,
  Net,
  sigmoid,
  tanh,
} from '../src/index';

/** A small NCF tower: two embeddings of 6, hidden layers 8 and 4 with batch normalization and dropout, binary cross-entropy. */
export function aTower(dropout = 0.25): Net {
  const net = new Net('tower');
  const rows = [net.rows('user', ['batch', 6]), net.rows('item', ['batch', 6])];
  const hidden = mlp(net, rows, { name: 'mlp', hidden: [8, 4], dropout, batchNorm: true });
  const logits = linear(net, hidden, { name: 'out', width: 1 });
  net.loss(binaryCrossEntropyWithLogits(logits, net.input('label', ['batch', 1])));
  net.output('probability', sigmoid(logits));
  return net;
}

/** GMF: the product of two embeddings of 5, weighted. */
export function aGmf(): Net {
  const net = new Net('gmf');
  const product = multiply(net.rows('user', ['batch', 5]), net.rows('item', ['batch', 5]));
  const logits = linear(net, product, { name: 'out', width: 1 });
  net.loss(binaryCrossEntropyWithLogits(logits, net.input('label', ['batch', 1])));
  net.output('probability', sigmoid(logits));
  return net;
}

/** A regression of 7 features to 2 targets through 9 tanh units, with a linear way around them. */
export function aRegression(): Net {
  const net = new Net('regression');
  const x = net.input('x', ['batch', 7]);
  const hidden = tanh(linear(net, x, { name: 'hidden', width: 9 }));
  const predicted = add(linear(net, hidden, { name: 'out', width: 2 }), linear(net, x, { name: 'around', width: 2 }));
  net.loss(meanSquaredError(predicted, net.input('y', ['batch', 2])));
  net.output('predicted', predicted);
  return net;
}
