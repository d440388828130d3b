export { type ArtifactScorer, type AskedUser, openArtifactScorer } from './artifact-scorer';
export { canonicalJson } from './canonical-json';
export { type RunGraph, verifyGolden } from './golden';
export {
  type Attribute,
  GraphBuilder,
  type InitializerData,
  type NodeSpec,
  OPSET,
  type ValueShape,
} from './graph-builder';
export { type GraphSession, openGraphSession } from './graph-session';
export { decodeIds, encodeIds } from './id-index';
export { buildFloatRetrievalGraph, buildQuantizedRetrievalGraph, LIVE_INPUTS } from './live-retrieval';
export type { Manifest, ManifestGraph } from './manifest';
export {
  buildRetrievalByHistoryGraph,
  buildRetrievalByWholeHistoryGraph,
  buildSimilarFromTableGraph,
  type NeighborTable,
} from './neighbor-graphs';
export { blockSizeFor, type QuantizedRows, quantizeRows } from './quantize-rows';
export { type Artifact, type OpenArtifact, openArtifact, readArtifact } from './read-artifact';
export { type ModelSummary, readModel, type StoredTensor } from './read-model';
export {
  buildRetrievalGraph,
  buildSimilarItemsGraph,
  buildTrendingGraph,
  isBeyondCaches,
  normalizeRows,
  OUTPUT_NAMES,
  storeForOneRow,
  transposeTable,
} from './serving-graphs';
export type { TensorMap, TensorValue } from './tensor-value';
export { verifyArtifact } from './verify-artifact';
export type { DataType } from './wire';
export { type ArtifactContent, type ArtifactGraph, artifactKey, sha256, writeArtifact } from './write-artifact';
