import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TrainingEngine } from './engine';
import { type OnnxRuntimeChoice, onnxRuntimeEngine, tryCuda } from './onnxruntime/onnx-engine';
import type { TensorFlow } from './tensor';

/** Where a net is trained. `auto`: on the GPU where the engine can, else on the CPU. */
export type Device = 'auto' | 'cpu' | 'cuda';

/** ONNX Runtime as it is installed. */
export interface OnnxRuntime {
  /** Names of the devices that this build knows, whether or not their libraries are there. */
  knownDevices(): readonly string[];
  /** Whether the library of CUDA lies beside the runtime. */
  hasCudaLibrary(): boolean;
  /** Starts a session on a device; rejects where it cannot. */
  tryDevice(device: 'cuda'): Promise<void>;
  engine(choice: OnnxRuntimeChoice): TrainingEngine;
}

/** Where engines come from. A loader rejects with what `require` throws. */
export interface EngineModules {
  onnxRuntime(): Promise<OnnxRuntime>;
  tensorFlow(packageName: string): Promise<TensorFlow>;
}

/** The packages of this installation. They are loaded when they are asked for, and not before. */
export const INSTALLED_MODULES: EngineModules = {
  async onnxRuntime() {
    const ort = await import('onnxruntime-node');
    return {
      knownDevices: () => ort.listSupportedBackends().map(({ name }) => name),
      hasCudaLibrary,
      tryDevice: tryCuda,
      engine: onnxRuntimeEngine,
    };
  },
  async tensorFlow(packageName) {
    bringBackRemovedUtilities();
    return require(packageName) as TensorFlow;
  },
};

function hasCudaLibrary(): boolean {
  const folder = join(dirname(require.resolve('onnxruntime-node')), '..', 'bin');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.some((name) => name.includes('onnxruntime_providers_cuda'));
}

/**
 * tfjs-node 4.22.0, the newest release, calls two functions of node:util that Node 23 removed (tensorflow/tfjs#8609; the correction,
 * #8425, is not released). Its compiled code looks them up when it calls them.
 */
function bringBackRemovedUtilities(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
