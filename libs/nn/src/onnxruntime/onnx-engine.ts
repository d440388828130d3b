import type { TrainingEngine } from '../engine';
import { OnnxNet } from './onnx-net';

/** Trains in ONNX Runtime on this machine's CPU: forward, backward and the optimizer are one graph. */
export function onnxRuntimeEngine(): TrainingEngine {
  return {
    name: 'onnxruntime',
    device: 'cpu',
    reason: 'ONNX Runtime is the default engine and its CPU library is installed',
    compile: (net, options) =>
      OnnxNet.compile(net, options, {
        executionProviders: ['cpu'],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        enableMemPattern: true,
      }),
  };
}
