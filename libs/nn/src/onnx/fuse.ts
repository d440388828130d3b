import { inputsOf, orderOf } from '../graph';
import { broadcastShapes, equalShapes } from '../shape';
import type { Tensor } from '../tensor';
import { GEMM, type GemmAttributes, gemm } from './gemm';

/** A product of matrices that may take in what is done to its result. */
interface Product {
  readonly operands: readonly Tensor[];
  readonly attributes: GemmAttributes;
}

/**
 * The same results by fewer passes over memory: a number that scales a product of matrices becomes its alpha, and what is added to it (a
 * bias, another product) its C, wherever nothing else needs the bare product.
 */
export function fuse(targets: readonly Tensor[]): Tensor[] {
  const order = orderOf(targets);
  const uses = new Map<Tensor, number>();
  for (const tensor of [...order.flatMap(inputsOf), ...targets]) uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  const fused = new Map<Tensor, Tensor>();
  for (const tensor of order) {
    const { origin } = tensor;
    if (origin.kind !== 'op') {
      fused.set(tensor, tensor);
      continue;
    }
    const inputs = origin.inputs.map((input) => ({ tensor: fused.get(input)!, isFree: uses.get(input) === 1 }));
    const better =
      origin.op.name === 'add' ? withSummand(inputs) : origin.op.name === 'multiply' ? scaled(inputs) : undefined;
    const plain = inputs.map((input) => input.tensor);
    fused.set(tensor, better ?? tensor.graph.apply(origin.op, plain, origin.attributes));
  }
  return targets.map((target) => fused.get(target)!);
}

interface Input {
  readonly tensor: Tensor;
  /** Nothing else uses it. */
  readonly isFree: boolean;
}

/** product + summand, if one of two inputs is a free product and the other stretches to its shape. */
function withSummand(inputs: readonly Input[]): Tensor | undefined {
  for (const [product, summand] of [inputs, [...inputs].reverse()] as [Input, Input][]) {
    const { operands, attributes } = productOf(product) ?? {};
    if (operands?.length !== 2) continue;
    const { shape } = product.tensor;
    if (summand.tensor.shape.length > 2 || !equalShapes(broadcastShapes(shape, summand.tensor.shape), shape)) continue;
    return gemm([...operands, summand.tensor], attributes!);
  }
  return undefined;
}

/** number * product, if one of two inputs is a free product without a summand and the other a number. */
function scaled(inputs: readonly Input[]): Tensor | undefined {
  for (const [product, factor] of [inputs, [...inputs].reverse()] as [Input, Input][]) {
    const { operands, attributes } = productOf(product) ?? {};
    if (operands?.length !== 2 || factor.tensor.origin.kind !== 'constant') continue;
    return gemm(operands, { ...attributes!, alpha: attributes!.alpha * factor.tensor.origin.value });
  }
  return undefined;
}

function productOf({ tensor, isFree }: Input): Product | undefined {
  const { origin, shape } = tensor;
  if (!isFree || origin.kind !== 'op' || shape.length !== 2) return undefined;
  if (origin.op.name === GEMM.name) return { operands: origin.inputs, attributes: origin.attributes as GemmAttributes };
  if (origin.op.name !== 'matmul') return undefined;
  return {
    operands: origin.inputs,
    attributes: { ...(origin.attributes as Omit<GemmAttributes, 'alpha'>), alpha: 1 } as GemmAttributes,
  };
}
