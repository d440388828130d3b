import { AppError } from '@attune/errors';
import type { TrainingEngine } from './engine';
import type { Device, EngineModules, OnnxRuntime } from './engine-modules';
import { firstLine } from './first-line';

/** ONNX Runtime, on CUDA where it can. `why` it and no other engine. */
export async function chooseOnnxRuntime(modules: EngineModules, device: Device, why: string): Promise<TrainingEngine> {
  const runtime = await loadRuntime(modules);
  const because = (what: string) => `ONNX Runtime, since ${why}; ${what}`;
  if (device === 'cpu') return runtime.engine({ device: 'cpu', reason: because('on the CPU, as was asked for') });
  const obstacle = await obstacleToCuda(runtime);
  if (obstacle === undefined) return runtime.engine({ device: 'cuda', reason: because('on CUDA, which it can use') });
  if (device === 'auto') return runtime.engine({ device: 'cpu', reason: because(`on the CPU, since ${obstacle}`) });
  throw new AppError(
    'failed_precondition.engine_device',
    `ONNX Runtime cannot train on CUDA, since ${obstacle}; on a machine with an NVIDIA GPU, CUDA 12 and cuDNN 9, install ` +
      'onnxruntime-node with its install script allowed (it downloads the CUDA libraries), or choose the device cpu',
  );
}

async function loadRuntime(modules: EngineModules): Promise<OnnxRuntime> {
  try {
    return await modules.onnxRuntime();
  } catch (cause) {
    throw new AppError(
      'failed_precondition.engine_missing',
      `onnxruntime-node cannot be loaded (${firstLine(cause)}); install the packages again on this machine, whose platform ` +
        `(${process.platform} ${process.arch}) must be one that onnxruntime-node has a library for`,
      { cause },
    );
  }
}

/** Why CUDA cannot be used; undefined where it can. Asked step by step: a session that fails writes to stderr by itself. */
async function obstacleToCuda(runtime: OnnxRuntime): Promise<string | undefined> {
  if (!runtime.knownDevices().includes('cuda')) return 'this build of it does not know CUDA';
  if (!runtime.hasCudaLibrary()) return 'its CUDA library is not installed';
  try {
    await runtime.tryDevice('cuda');
    return undefined;
  } catch (error) {
    return `its CUDA library does not start (${firstLine(error)})`;
  }
}
