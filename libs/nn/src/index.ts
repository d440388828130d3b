export type { Checkpoint, CheckpointStore } from './checkpoint';
export { differentiate } from './differentiate';
export type {
  CompiledNet,
  CompileOptions,
  Feeds,
  NamedValues,
  OptimizerSettings,
  StepResult,
  TrainingEngine,
  WeightDecay,
} from './engine';
export type { Device, EngineModules, OnnxRuntime } from './engine-modules';
export { epochOrder } from './epoch-order';
export { type FitResult, fitNet } from './fit';
export type { EarlyStopping, FitBatch, FitProgress, FitRequest } from './fit-request';
export {
  type AppendedInference,
  appendInference,
  type InferenceContent,
  inferenceGraph,
  type StoredTable,
} from './inference';
export { type Initializer, initialValues, ONES, seedFor, ZEROS } from './initializer';
export { glorot, he, type LinearOptions, linear } from './layers/linear';
export { binaryCrossEntropyWithLogits, bprLoss, meanSquaredError, sampledSoftmaxLoss } from './layers/losses';
export { type MlpOptions, mlp } from './layers/mlp';
export { type EngineLogger, type EngineRequest, openEngine } from './load-engine';
export { inferencePass, lower, type TrainingPass, trainingPass } from './lower';
export { Net, type Statistic } from './net';
export { type OnnxRuntimeChoice, onnxRuntimeEngine } from './onnxruntime/onnx-engine';
export { add, divide, multiply, negate, subtract } from './ops/arithmetic';
export { concat } from './ops/concat';
export { exp } from './ops/exp';
export { log } from './ops/log';
export { logSoftmax } from './ops/log-softmax';
export { matMul, type Transposes } from './ops/matmul';
export { mean } from './ops/mean';
export { relu } from './ops/relu';
export { reshape } from './ops/reshape';
export { sigmoid } from './ops/sigmoid';
export { slice } from './ops/slice';
export { softmax } from './ops/softmax';
export { softplus } from './ops/softplus';
export { sqrt } from './ops/sqrt';
export { square } from './ops/square';
export { sum } from './ops/sum';
export { tanh } from './ops/tanh';
export { transpose } from './ops/transpose';
export { learningRateAt, type Schedule } from './schedules';
export type { Dim, Shape } from './shape';
export { type EmbeddingTable, openEmbeddingTable, type TableRequest } from './tables/embedding-table';
export type { Tensor } from './tensor';
export { type TensorFlowChoice, tensorFlowEngine } from './tensorflow/tensorflow-engine';
