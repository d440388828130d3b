import { openGraphSession } from '@attune/onnx';
import { vectorOf } from '../golden-inputs';
import { buildNcfRetrievalGraph } from './folded-graphs';

describe('the retrieval graph of neural_cf', () => {
  it('finds the best items of a factorization whose table no cache keeps', async () => {
    const [width, itemCount] = [64, 70_000];
    const users = new Float32Array(2 * width);
    users[width + 5] = 0.5;
    // item i points along axis i mod 64, the further the larger i
    const items = new Float32Array(width * itemCount);
    for (let item = 0; item < itemCount; item++) items[item * width + (item % width)] = item + 1;
    const model = buildNcfRetrievalGraph({ userCount: 2, itemCount, gmf: { width, users, items }, bias: 1 });
    await using session = await openGraphSession(model);
    const best = await session.run({ user_index: vectorOf('int32', 1), k: vectorOf('int64', 2) });
    expect(best.item_indices).toEqual({ type: 'int32', dims: [1, 2], data: [69_957, 69_893] });
    expect(best.scores!.data).toEqual([34_980, 34_948]);
  });
});
