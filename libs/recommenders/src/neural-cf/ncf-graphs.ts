import type { ArtifactGraph } from '@attune/onnx';
import { GOLDEN_K, spreadRows, vectorOf } from '../golden-inputs';
import { foldNcf } from './fold-ncf';
import { buildNcfRetrievalGraph, buildRankGraph } from './folded-graphs';
import type { NcfWeights } from './ncf-weights';
import { buildPairGraph } from './pair-graph';

/** The graphs of an artifact: `rank` and `retrieval`, folded; `pairs`, unfolded, which has all that a later training begins at. */
export function ncfGraphs(weights: NcfWeights): readonly ArtifactGraph[] {
  const folded = foldNcf(weights);
  const users = spreadRows(weights.userCount);
  const items = spreadRows(weights.itemCount);
  const rank = users.map((user) => ({
    user_index: vectorOf('int32', user),
    item_indices: vectorOf('int32', ...items),
  }));
  const retrieval = users.map((user) => ({ user_index: vectorOf('int32', user), k: vectorOf('int64', GOLDEN_K) }));
  const pairs = items.map((item) => ({
    user_indices: vectorOf('int32', ...users),
    item_indices: vectorOf('int32', ...users.map(() => item)),
  }));
  return [
    { name: 'rank', model: buildRankGraph(folded), goldenInputs: rank },
    { name: 'retrieval', model: buildNcfRetrievalGraph(folded), goldenInputs: retrieval },
    { name: 'pairs', model: buildPairGraph(weights), goldenInputs: pairs },
  ];
}
