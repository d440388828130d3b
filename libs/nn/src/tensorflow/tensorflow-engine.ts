import { AppError } from '@attune/errors';
import type { TrainingEngine } from '../engine';
import type { TensorFlow } from '../tensor';
import { TensorFlowNet } from './tensorflow-net';

/** Which TensorFlow.js backend is meant, and why. */
export interface TensorFlowChoice {
  /** The backend's name as `tf.getBackend()` says it: `tensorflow` for tfjs-node and tfjs-node-gpu, `cpu` for plain JavaScript. */
  readonly backend: string;
  /** What the engine calls itself, for instance `tfjs-node-gpu`; default the backend. */
  readonly device?: string;
  readonly reason: string;
}

/**
 * Trains in TensorFlow.js. Throws `failed_precondition.engine_backend` where another backend runs than the one that is meant: a backend
 * that cannot start makes TensorFlow.js go on in plain JavaScript, a hundred times slower, without a word.
 */
export function tensorFlowEngine(
  tf: TensorFlow,
  { backend, device = backend, reason }: TensorFlowChoice,
): TrainingEngine {
  const running = tf.getBackend();
  if (running !== backend) {
    throw new AppError(
      'failed_precondition.engine_backend',
      `TensorFlow.js runs on its backend "${running}" and not on "${backend}"; see its messages above for why "${backend}" did not start`,
    );
  }
  return {
    name: 'tensorflow',
    device,
    reason,
    compile: async (net, options) => new TensorFlowNet(tf, net, options),
  };
}
