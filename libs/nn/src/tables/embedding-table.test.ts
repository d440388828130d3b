import type { OptimizerSettings } from '../engine';
import { openEmbeddingTable } from './embedding-table';

const adam: OptimizerSettings = { kind: 'adam', weightDecay: { kind: 'l2', rate: 0.1 } };

function aTable(name: string, { optimizer = adam, rows = 6 } = {}) {
  return openEmbeddingTable({ name, rows, width: 4, initializer: { kind: 'normal', std: 1 }, seed: 1, optimizer });
}

const part = { indices: Int32Array.of(2, 4, 2), gradients: Float32Array.from({ length: 12 }, (_, i) => i - 5) };

describe('an embedding table', () => {
  it('begins with the same numbers for the same name and seed, and with others for another name', () => {
    expect(aTable('user').values).toEqual(aTable('user').values);
    expect(aTable('item').values).not.toEqual(aTable('user').values);
  });

  it('goes on from its state as if it had not been put away', () => {
    const [table, other] = [aTable('user'), aTable('user')];
    table.apply([part], 0.1);
    const state = table.state();
    expect(Object.keys(state).sort()).toEqual(['user', 'user:moments', 'user:updates']);
    other.restore(state);
    for (const each of [table, other]) each.apply([part], 0.1);
    expect(other.state()).toEqual(table.state());
    expect(table.values).not.toEqual(state.user);
  });

  it('refuses the state of a table of another size or optimizer', () => {
    expect(() => aTable('user').restore(aTable('user', { rows: 5 }).state())).toThrow(
      '"user" has 20 values instead of 24',
    );
    expect(() => aTable('user').restore(aTable('user', { optimizer: { kind: 'sgd' } }).state())).toThrow(
      '"user:moments" has no values',
    );
  });

  it('pulls by weight decay as the optimizer of the net does: L2 through the gradient, decoupled beside it', () => {
    const decayed = (kind: 'l2' | 'decoupled') => {
      const table = aTable('user', { optimizer: { kind: 'adagrad', weightDecay: { kind, rate: 0.5 } } });
      const before = table.values[0]!;
      table.apply([{ indices: Int32Array.of(0), gradients: new Float32Array(4) }], 0.01);
      return { before, after: table.values[0]! };
    };
    const decoupled = decayed('decoupled');
    expect(decoupled.after).toBeCloseTo(decoupled.before * (1 - 0.01 * 0.5), 6);
    // Adagrad's first step is the learning rate, whatever the size of the gradient
    const l2 = decayed('l2');
    expect(l2.after).toBeCloseTo(l2.before - 0.01 * Math.sign(l2.before), 6);
  });

  it('does not learn with momentum', () => {
    expect(() => aTable('user', { optimizer: { kind: 'sgd', momentum: 0.9 } })).toThrow('without momentum');
  });
});
