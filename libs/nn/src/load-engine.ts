import { AppError } from '@attune/errors';
import type { TrainingEngine } from './engine';
import { type Device, type EngineModules, INSTALLED_MODULES } from './engine-modules';
import { chooseOnnxRuntime } from './load-onnxruntime';
import { chooseTensorFlow } from './load-tensorflow';

/** Takes one line of a log: facts and a sentence, as pino's loggers do. */
export interface EngineLogger {
  info(facts: Readonly<Record<string, unknown>>, message: string): void;
}

/** Which engine is wanted. */
export interface EngineRequest {
  /** `auto` is ONNX Runtime: it trains as fast as any on a CPU and needs nothing that downloads. */
  readonly preferred?: 'auto' | TrainingEngine['name'];
  readonly device?: Device;
  readonly logger?: EngineLogger;
  /** Where engines come from; tests give others. */
  readonly modules?: EngineModules;
}

/**
 * Opens the engine that trains, and says which one it is, on what, and why. What was asked for by name and cannot start is an error
 * that says what to install; nothing else takes its place.
 */
export async function openEngine(request: EngineRequest = {}): Promise<TrainingEngine> {
  const { preferred = 'auto', device = 'auto', logger, modules = INSTALLED_MODULES } = request;
  const engine = await open(preferred, device, modules);
  if (logger !== undefined) tellOnce(logger, engine);
  return engine;
}

function open(preferred: 'auto' | TrainingEngine['name'], device: Device, modules: EngineModules) {
  switch (preferred) {
    case 'auto':
    case 'onnxruntime':
      return chooseOnnxRuntime(modules, device, preferred === 'auto' ? 'it is the default' : 'it was asked for');
    case 'tensorflow':
      return chooseTensorFlow(modules, device);
    default:
      preferred satisfies never;
      throw new AppError('invalid.settings', `"${preferred}" is no engine; choose auto, onnxruntime or tensorflow`);
  }
}

/** What each logger was told already: a process that trains a hundred nets says once what it trains them on. */
const told = new WeakMap<EngineLogger, Set<string>>();

function tellOnce(logger: EngineLogger, { name, device, reason }: TrainingEngine): void {
  const known = told.get(logger) ?? new Set();
  told.set(logger, known);
  const key = `${name}/${device}/${reason}`;
  if (known.has(key)) return;
  known.add(key);
  logger.info({ engine: name, device, reason }, 'nets are trained by this engine');
}
