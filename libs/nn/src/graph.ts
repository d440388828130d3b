import { AppError } from '@attune/errors';
import type { Shape } from './shape';
import type { Attributes, Leaf, Op, Origin, Tensor, TensorGraph } from './tensor';

/** The tensors of one net. Equal expressions are one tensor, so that work which appears twice is done once. */
export class Graph implements TensorGraph {
  readonly #byKey = new Map<string, Tensor>();

  leaf(origin: Leaf, shape: Shape): Tensor {
    return this.#intern(JSON.stringify([origin, shape]), shape, origin);
  }

  apply<A extends Attributes>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
    for (const input of inputs) {
      if (input.graph !== this) {
        throw new AppError('invalid.net', `operation ${op.name} mixes tensors of two nets; build each net by itself`);
      }
    }
    const shape = op.shape(
      inputs.map((input) => input.shape),
      attributes,
    );
    const key = `${op.name}(${inputs.map((input) => input.id).join(',')})${JSON.stringify(attributes)}`;
    return this.#intern(key, shape, { kind: 'op', op: op as unknown as Op, inputs, attributes });
  }

  byMode(training: Tensor, inference: Tensor): Tensor {
    return this.#intern(`mode(${training.id},${inference.id})`, training.shape, { kind: 'mode', training, inference });
  }

  #intern(key: string, shape: Shape, origin: Origin): Tensor {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const tensor: Tensor = { id: this.#byKey.size, shape, origin, graph: this };
    this.#byKey.set(key, tensor);
    return tensor;
  }
}

/** What a tensor is computed from directly. */
export function inputsOf({ origin }: Tensor): readonly Tensor[] {
  if (origin.kind === 'op') return origin.inputs;
  return origin.kind === 'mode' ? [origin.training, origin.inference] : [];
}

/** What the tensors are computed from, themselves included, each after its inputs. */
export function orderOf(targets: readonly Tensor[]): Tensor[] {
  const seen = new Set<Tensor>();
  const open = [...targets];
  while (open.length > 0) {
    const tensor = open.pop()!;
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    open.push(...inputsOf(tensor));
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
