import * as tf from '@tensorflow/tfjs';
import type { TrainingEngine } from './engine';
import { type EngineModules, INSTALLED_MODULES, type OnnxRuntime } from './engine-modules';
import { type EngineRequest, openEngine } from './load-engine';
import type { TensorFlow } from './tensor';

/** What `require` throws where a package is not there. */
const notFound = (name: string) =>
  Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });

/** ONNX Runtime with or without CUDA. */
function aRuntime(more: Partial<OnnxRuntime> = {}): OnnxRuntime {
  return {
    knownDevices: () => ['cpu', 'cuda'],
    hasCudaLibrary: () => true,
    tryDevice: async () => undefined,
    engine: (choice) => ({ name: 'onnxruntime', ...choice }) as TrainingEngine,
    ...more,
  };
}

/** TensorFlow.js in plain JavaScript that says it runs on another backend, as the native packages do. */
function aTensorFlow(backend = 'tensorflow', isUsingGpuDevice?: boolean): TensorFlow {
  const more = { getBackend: () => backend, backend: () => ({ isUsingGpuDevice }) };
  return new Proxy(tf, { get: (target, name) => Reflect.get(name in more ? more : target, name) as unknown });
}

/** Modules of which only what is given can be loaded. */
function installed(packages: Readonly<Record<string, TensorFlow | Error>>, runtime?: OnnxRuntime): EngineModules {
  return {
    onnxRuntime: async () => {
      if (runtime === undefined) throw notFound('onnxruntime-node');
      return runtime;
    },
    tensorFlow: async (name) => {
      const found = packages[name] ?? notFound(name);
      if (found instanceof Error) throw found;
      return found;
    },
  };
}

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

const open = (request: EngineRequest, packages: Parameters<typeof installed>[0] = {}, runtime?: OnnxRuntime) =>
  openEngine({ modules: installed(packages, runtime), ...request });

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

beforeAll(async () => {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

describe('the engine that is opened', () => {
  it('is ONNX Runtime on CUDA where that starts', async () => {
    const engine = await open({}, { [CPU]: aTensorFlow() }, aRuntime());
    expect(engine).toMatchObject({ name: 'onnxruntime', device: 'cuda' });
    expect(engine.reason).toBe('ONNX Runtime, since it is the default; on CUDA, which it can use');
  });

  it.each<[string, Partial<OnnxRuntime>, string]>([
    ['its build lacks it', { knownDevices: () => ['cpu'] }, 'this build of it does not know CUDA'],
    ['its library is not there', { hasCudaLibrary: () => false }, 'its CUDA library is not installed'],
    [
      'its library fails',
      { tryDevice: () => Promise.reject(new Error('no device\n#1 stack')) },
      'its CUDA library does not start (no device)',
    ],
  ])('is ONNX Runtime on the CPU, and says why, where CUDA cannot be used because %s', async (_, more, why) => {
    const engine = await open({}, {}, aRuntime(more));
    expect(engine.device).toBe('cpu');
    expect(engine.reason).toBe(`ONNX Runtime, since it is the default; on the CPU, since ${why}`);
    // and where CUDA was asked for, that is an error
    await expect(open({ device: 'cuda' }, {}, aRuntime(more))).rejects.toThrow(
      failure('failed_precondition.engine_device', /cannot train on CUDA, since .*install/),
    );
  });

  it('does not try CUDA where the CPU is asked for, nor where its library is not there', async () => {
    const tryDevice = jest.fn();
    await open({ device: 'cpu' }, {}, aRuntime({ tryDevice }));
    await open({}, {}, aRuntime({ tryDevice, hasCudaLibrary: () => false }));
    expect(tryDevice).not.toHaveBeenCalled();
  });

  it('is never TensorFlow.js in the place of an ONNX Runtime that cannot be loaded', async () => {
    const missing = failure('failed_precondition.engine_missing', /onnxruntime-node cannot be loaded .*install/);
    await expect(open({}, { [CPU]: aTensorFlow() })).rejects.toThrow(missing);
    await expect(open({ preferred: 'onnxruntime' }, { [CPU]: aTensorFlow() })).rejects.toThrow(missing);
  });

  it('is TensorFlow.js on the GPU where it is asked for and its GPU package is installed', async () => {
    const packages = { [GPU]: aTensorFlow('tensorflow', true), [CPU]: aTensorFlow() };
    const engine = await open({ preferred: 'tensorflow' }, packages, aRuntime());
    expect(engine).toMatchObject({ name: 'tensorflow', device: 'tfjs-node-gpu' });
    expect(engine.reason).toBe(`TensorFlow.js, since it was asked for; by ${GPU}, which is installed`);
  });

  it('is TensorFlow.js on the CPU where only that package is installed, and says so', async () => {
    const engine = await open({ preferred: 'tensorflow' }, { [CPU]: aTensorFlow() });
    expect(engine.device).toBe('tfjs-node');
    expect(engine.reason).toContain(`by ${CPU}, which is installed (${GPU} is not installed)`);
    expect((await open({ preferred: 'tensorflow', device: 'cpu' }, { [CPU]: aTensorFlow() })).device).toBe('tfjs-node');
  });

  it('is never ONNX Runtime in the place of a TensorFlow.js that is not installed', async () => {
    await expect(open({ preferred: 'tensorflow' }, {}, aRuntime())).rejects.toThrow(
      failure('failed_precondition.engine_missing', /tfjs-node-gpu and .*tfjs-node cannot be found; run "pnpm add/),
    );
    await expect(open({ preferred: 'tensorflow', device: 'cuda' }, { [CPU]: aTensorFlow() })).rejects.toThrow(
      failure('failed_precondition.engine_missing', /tfjs-node-gpu cannot be found/),
    );
  });

  it.each<[string, TensorFlow | Error, string, RegExp]>([
    [
      'has no library',
      new Error('tfjs_binding.node can not be found'),
      'engine_broken',
      /does not start \(tfjs_binding/,
    ],
    [
      'lacks a package of its own',
      notFound('bindings'),
      'engine_broken',
      /does not start \(Cannot find module 'bindings'/,
    ],
    ['runs in plain JavaScript', aTensorFlow('cpu'), 'engine_backend', /backend "cpu" and not on "tensorflow"/],
    ['finds no GPU', aTensorFlow('tensorflow', false), 'engine_device', /finds no GPU/],
  ])('is an error, and no other package, where the GPU package %s', async (_, broken, code, message) => {
    const packages = { [GPU]: broken, [CPU]: aTensorFlow() };
    const refused = failure(`failed_precondition.${code}`, message);
    await expect(open({ preferred: 'tensorflow' }, packages, aRuntime())).rejects.toThrow(refused);
  });

  it('is an error where its library loads and computes nothing', async () => {
    const broken = new Proxy(aTensorFlow(), {
      get: (target, name) => {
        if (name !== 'matMul') return Reflect.get(target, name) as unknown;
        return () => {
          throw new TypeError('util_1.isNullOrUndefined is not a function');
        };
      },
    });
    await expect(open({ preferred: 'tensorflow' }, { [CPU]: broken })).rejects.toThrow(
      failure('failed_precondition.engine_broken', /does not compute \(util_1/),
    );
  });

  it('is told to a logger once', async () => {
    const info = jest.fn();
    const logger = { info };
    for (let times = 0; times < 3; times++) await open({ logger }, {}, aRuntime());
    expect(info).toHaveBeenCalledTimes(1);
    expect(info.mock.calls[0]).toEqual([
      { engine: 'onnxruntime', device: 'cuda', reason: expect.stringContaining('the default') },
      'nets are trained by this engine',
    ]);
    // another choice is news
    await open({ logger, device: 'cpu' }, {}, aRuntime());
    expect(info).toHaveBeenCalledTimes(2);
  });

  it('is a real one, from the packages of this installation', async () => {
    expect(await openEngine({ device: 'cpu' })).toMatchObject({ name: 'onnxruntime', device: 'cpu' });
    const runtime = await INSTALLED_MODULES.onnxRuntime();
    expect(runtime.knownDevices()).toContain('cpu');
    expect(typeof runtime.hasCudaLibrary()).toBe('boolean');
  });
});
