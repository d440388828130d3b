import { add, linear, matMul, mean, mlp, Net, ONES, relu, sum } from '../src/index';

describe('Net', () => {
  it('refuses what cannot be computed, and says why', () => {
    const net = new Net('net');
    const x = net.input('x', ['batch', 3]);
    const w = net.parameter('w', [4, 2], ONES);
    expect(() => net.input('x', [1])).toThrow('"x" is declared twice');
    expect(() => net.parameter('p', ['batch', 2], ONES)).toThrow('cannot depend on the batch');
    expect(() => net.input('wide', [0])).toThrow('an axis of size 0');
    expect(() => matMul(x, w)).toThrow('[batch, 3] by [4, 2] is no product of matrices');
    expect(() => add(x, w)).toThrow('do not go together');
    expect(() => sum(x, { axes: [2] })).toThrow('axis 2 is not one of a tensor with 2 axes');
    expect(() => net.dropout(x, 1)).toThrow('below 1');
    expect(() => net.batchNorm(w, 'norm')).toThrow('needs a tensor [batch, width]');
    expect(() => net.loss(x)).toThrow('must be one number');
    expect(() => net.lossTensor).toThrow('has no loss');
    expect(() => mlp(net, x, { name: 'm', hidden: [] })).toThrow('no hidden layer');
    expect(() => add(x, new Net('other').input('x', ['batch', 3]))).toThrow('mixes tensors of two nets');
  });

  it('takes one loss', () => {
    const net = new Net('net');
    const loss = mean(relu(net.input('x', ['batch', 3])));
    net.loss(loss);
    expect(() => net.loss(loss)).toThrow('has a loss already');
  });

  it('names the weights of layers after them', () => {
    const net = new Net('net');
    const hidden = mlp(net, net.input('x', ['batch', 3]), { name: 'mlp', hidden: [4], batchNorm: true });
    linear(net, [hidden, net.rows('r', ['batch', 2])], { name: 'out', width: 1 });
    expect([...net.parameters.keys()]).toEqual([
      'mlp.0.weight',
      'mlp.0.norm.gamma',
      'mlp.0.norm.beta',
      'out.weight.0',
      'out.weight.1',
      'out.bias',
    ]);
  });
});
