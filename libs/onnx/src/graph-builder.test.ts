import { GraphBuilder, OPSET } from './graph-builder';
import { readModel } from './read-model';

function aGraph(): GraphBuilder {
  const graph = new GraphBuilder('sum');
  graph.input({ name: 'x', type: 'float32', shape: ['batch', 2] });
  graph.initializer('bias', Float32Array.of(1, -2), [2]);
  graph.node({ op: 'Add', inputs: ['x', 'bias'], outputs: ['y'] });
  graph.output({ name: 'y', type: 'float32', shape: ['batch', 2] });
  return graph;
}

describe('GraphBuilder', () => {
  it('writes what readModel reads back', () => {
    const model = readModel(aGraph().finish());
    expect(model.opset).toBe(OPSET);
    expect(model.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 2] }]);
    expect(model.outputs).toEqual([{ name: 'y', type: 'float32', shape: ['batch', 2] }]);
    expect(model.initializers[0]).toMatchObject({ name: 'bias', type: 'float32', dims: [2] });
    expect([...new Float32Array(model.initializers[0]!.raw.slice().buffer)]).toEqual([1, -2]);
  });

  it('refuses an operation whose input does not exist', () => {
    expect(() => aGraph().node({ op: 'Relu', inputs: ['z'], outputs: ['r'] })).toThrow('needs "z"');
  });

  it('refuses a second value of the same name', () => {
    expect(() => aGraph().initializer('bias', Float32Array.of(1), [1])).toThrow('defined twice');
  });

  it('refuses an initializer whose values do not fill its shape', () => {
    expect(() => aGraph().initializer('w', Float32Array.of(1, 2), [3])).toThrow('2 values for [3]');
  });

  it.each([
    ['empty', Uint8Array.of()],
    ['cut off', aGraph().finish().subarray(0, 40)],
  ])('calls %s bytes no model', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(expect.objectContaining({ code: 'invalid.model' }));
  });
});
