import { AppError } from '@attune/errors';
import type { TrainingEngine } from './engine';
import type { Device, EngineModules } from './engine-modules';
import { firstLine } from './first-line';
import type { TensorFlow } from './tensor';
import { tensorFlowEngine } from './tensorflow/tensorflow-engine';

const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
const CPU_PACKAGE = '@tensorflow/tfjs-node';
/** The backend of both packages, as `tf.getBackend()` says it. */
const BACKEND = 'tensorflow';

/** The packages to try for a device, best first. */
const PACKAGES: Readonly<Record<Device, readonly string[]>> = {
  auto: [GPU_PACKAGE, CPU_PACKAGE],
  cuda: [GPU_PACKAGE],
  cpu: [CPU_PACKAGE],
};

/**
 * TensorFlow.js with its native library: the first of its packages that is installed. One that is installed and does not start is an
 * error, and so is a GPU package without a GPU: going on without it would be a hundred times slower and look like success.
 */
export async function chooseTensorFlow(modules: EngineModules, device: Device): Promise<TrainingEngine> {
  const missing: string[] = [];
  for (const name of PACKAGES[device]) {
    const tf = await load(modules, name);
    if (tf === undefined) {
      missing.push(name);
      continue;
    }
    const without = missing.length === 0 ? '' : ` (${missing.join(', ')} is not installed)`;
    const reason = `TensorFlow.js, since it was asked for; by ${name}, which is installed${without}`;
    const engine = tensorFlowEngine(tf, { backend: BACKEND, device: name.split('/')[1]!, reason });
    checkComputes(tf, name);
    return engine;
  }
  throw new AppError(
    'failed_precondition.engine_missing',
    `TensorFlow.js was asked for and ${missing.join(' and ')} cannot be found; run "pnpm add -w ${missing.at(-1)}" with its install ` +
      'script allowed (it downloads the library of TensorFlow), or choose the engine onnxruntime',
  );
}

/** The package, ready to compute; undefined where it is not installed. */
async function load(modules: EngineModules, name: string): Promise<TensorFlow | undefined> {
  try {
    const tf = await modules.tensorFlow(name);
    await tf.ready();
    return tf;
  } catch (cause) {
    if (isNotInstalled(cause, name)) return undefined;
    throw new AppError(
      'failed_precondition.engine_broken',
      `${name} is installed and does not start (${firstLine(cause)}); install it again with its install script allowed, or choose ` +
        'the engine onnxruntime',
      { cause },
    );
  }
}

/** Whether the package itself was not found, and not something that it needs. */
function isNotInstalled(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'MODULE_NOT_FOUND' && String(message).includes(`'${name}'`);
}

/** A library that loads may still have no GPU, or fail at its first operation. */
function checkComputes(tf: TensorFlow, name: string): void {
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (name === GPU_PACKAGE && isUsingGpuDevice === false) {
    throw new AppError(
      'failed_precondition.engine_device',
      `${GPU_PACKAGE} is installed and finds no GPU; see its messages above, or choose the device cpu, for which ${CPU_PACKAGE} is`,
    );
  }
  let six: number | undefined;
  try {
    six = tf.tidy(() => tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([2, 2], [2, 1])).dataSync()[0]);
  } catch (cause) {
    throw new AppError('failed_precondition.engine_broken', `${name} does not compute (${firstLine(cause)})`, {
      cause,
    });
  }
  if (six !== 6) throw new AppError('failed_precondition.engine_broken', `${name} computes 1 * 2 + 2 * 2 as ${six}`);
}
