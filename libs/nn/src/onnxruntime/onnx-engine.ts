import type { TrainingEngine } from '../engine';
import { Net } from '../net';
import { mean } from '../ops/mean';
import { square } from '../ops/square';

/** Where ONNX Runtime computes, and why there. */
export interface OnnxRuntimeChoice {
  readonly device: 'cpu' | 'cuda';
  readonly reason: string;
}

const ON_CPU: OnnxRuntimeChoice = {
  device: 'cpu',
  reason: 'ONNX Runtime is the default engine and its CPU library is installed',
};

/** Trains in ONNX Runtime, on this machine's CPU unless told otherwise: forward, backward and the optimizer are one graph. */
export function onnxRuntimeEngine({ device, reason }: OnnxRuntimeChoice = ON_CPU): TrainingEngine {
  return {
    name: 'onnxruntime',
    device,
    reason,
    compile: async (net, options) => {
      // the native library is loaded when it is used: where it cannot be, everything else of this package still works
      const { OnnxNet } = require('./onnx-net') as typeof import('./onnx-net');
      return await OnnxNet.compile(net, options, {
        // operations that CUDA has no kernel for run on the CPU
        executionProviders: device === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
        intraOpNumThreads: options.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        enableMemPattern: true,
      });
    },
  };
}

/** Trains one step of the smallest net on CUDA; rejects where that cannot be. */
export async function tryCuda(): Promise<void> {
  const net = new Net('trial');
  net.loss(mean(square(net.rows('x', ['batch', 1]))));
  const engine = onnxRuntimeEngine({ device: 'cuda', reason: 'to try it' });
  await using compiled = await engine.compile(net, { optimizer: { kind: 'sgd' }, seed: 1, threads: 1 });
  await compiled.step({ x: Float32Array.of(1) }, { learningRate: 1 });
}
