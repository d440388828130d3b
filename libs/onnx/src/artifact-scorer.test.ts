import { type AskedUser, openArtifactScorer } from './artifact-scorer';
import { buildRetrievalByHistoryGraph } from './neighbor-graphs';
import type { Artifact } from './read-artifact';
import { buildRetrievalGraph, buildSimilarItemsGraph, buildTrendingGraph } from './serving-graphs';

const NOBODY: AskedUser = { row: -1, historyItems: new Int32Array(0), historyWeights: new Float32Array(0) };
const user = (row: number): AskedUser => ({ ...NOBODY, row });

/** An artifact of three items with one graph that has those inputs; only what a scorer reads of it. */
function anArtifact(model: Uint8Array, ...inputs: readonly string[]): Artifact {
  const graph = { name: 'g', inputs: inputs.map((name) => ({ name, type: 'int32', shape: [] })) };
  return {
    manifest: { graphs: [graph] },
    models: new Map([['g', model]]),
    itemIds: ['a', 'b', 'c'],
  } as unknown as Artifact;
}

describe('openArtifactScorer', () => {
  it('scores every item for the users that it knows, whatever their order, and nothing for others', async () => {
    const model = buildRetrievalGraph({
      userFactors: Float32Array.of(1, 0, 0, 1),
      itemFactors: Float32Array.of(1, 2, 3, -1, 0.5, 0.25),
      rank: 2,
    });
    await using scorer = await openArtifactScorer(anArtifact(model, 'user_index', 'k'));
    const [second, nobody, first] = await scorer.scores([user(1), NOBODY, user(0)]);
    expect([...second!]).toEqual([2, -1, 0.25]);
    expect(nobody).toBeUndefined();
    expect([...first!]).toEqual([1, 3, 0.5]);
    expect(await scorer.scores([NOBODY])).toEqual([undefined]);
  });

  it('goes by what a user liked where the model does, and says nothing of somebody without a history', async () => {
    const model = buildRetrievalByHistoryGraph({
      itemCount: 3,
      width: 1,
      indices: Int32Array.of(1, 2, 0),
      weights: Float32Array.of(0.5, 0.25, 2),
    });
    await using scorer = await openArtifactScorer(anArtifact(model, 'history_items', 'history_weights', 'k'));
    const fan = { row: -1, historyItems: Int32Array.of(0, 2), historyWeights: Float32Array.of(1, 3) };
    const [scores, nobody] = await scorer.scores([fan, NOBODY]);
    expect([...scores!]).toEqual([6, 0.5, 0]);
    expect(nobody).toBeUndefined();
  });

  it('answers everybody alike where the model knows nobody', async () => {
    await using scorer = await openArtifactScorer(
      anArtifact(buildTrendingGraph({ scores: Float32Array.of(3, 1, 2) }), 'k'),
    );
    const all = await scorer.scores([user(0), NOBODY]);
    expect(all.map((scores) => [...scores!])).toEqual([
      [3, 1, 2],
      [3, 1, 2],
    ]);
  });

  it('says so when no graph ranks items for a user', async () => {
    const model = buildSimilarItemsGraph({ itemFactors: Float32Array.of(1, 0, 1, 0, 0, 1), rank: 2 });
    await expect(openArtifactScorer(anArtifact(model, 'item_index', 'k'))).rejects.toMatchObject({
      code: 'unimplemented.scorer',
    });
  });
});
