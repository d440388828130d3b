import type { ValueShape } from './graph-builder';
import type { Manifest, ManifestGraph } from './manifest';
import { readModel, type StoredTensor } from './read-model';

/** What is wrong with a graph's bytes under its manifest, or undefined: operator set, declared shapes, stored values. */
export function graphProblem(bytes: Uint8Array, graph: ManifestGraph, manifest: Manifest): string | undefined {
  const model = readModel(bytes);
  if (model.opset !== manifest.opset) return `operator set ${model.opset} instead of ${manifest.opset}`;
  return (
    shapeProblem('inputs', model.inputs, graph.inputs) ??
    shapeProblem('outputs', model.outputs, graph.outputs) ??
    model.initializers.map(tensorProblem).find((problem) => problem !== undefined) ??
    goldenProblem(graph)
  );
}

/** Golden vectors that leave an input or an output out would prove nothing about it. */
function goldenProblem({ inputs, outputs, golden }: ManifestGraph): string | undefined {
  const namesOf = (values: readonly ValueShape[]) =>
    values
      .map(({ name }) => name)
      .sort()
      .join(', ');
  for (const [index, vector] of golden.entries()) {
    for (const [what, values, tensors] of [
      ['inputs', inputs, vector.inputs] as const,
      ['outputs', outputs, vector.outputs] as const,
    ]) {
      const given = Object.keys(tensors).sort().join(', ');
      if (given !== namesOf(values))
        return `golden vector ${index} has the ${what} (${given}) instead of (${namesOf(values)})`;
    }
  }
  return undefined;
}

function describe(values: readonly ValueShape[]): string {
  return values.map(({ name, type, shape }) => `${name}: ${type}[${shape.join(', ')}]`).join('; ');
}

function shapeProblem(
  what: string,
  actual: readonly ValueShape[],
  declared: readonly ValueShape[],
): string | undefined {
  if (describe(actual) === describe(declared)) return undefined;
  return `its ${what} are (${describe(actual)}) instead of (${describe(declared)})`;
}

const BYTES_PER_VALUE = { float32: 4, int32: 4, int64: 8, int8: 1, uint8: 1, bool: 1 } as const;

function tensorProblem({ name, type, dims, raw }: StoredTensor): string | undefined {
  const values = dims.reduce((product, dim) => product * dim, 1);
  if (raw.byteLength !== values * BYTES_PER_VALUE[type]) {
    return `initializer "${name}" has ${raw.byteLength} bytes for ${type}[${dims.join(', ')}]`;
  }
  if (type === 'float32' && !allFinite(raw)) return `initializer "${name}" has values that are not finite`;
  return undefined;
}

function allFinite(raw: Uint8Array): boolean {
  // a float is NaN or infinite exactly when all its exponent bits are set; the bytes need not be aligned
  for (let at = 0; at + 3 < raw.length; at += 4) {
    if ((raw[at + 3]! & 0x7f) === 0x7f && (raw[at + 2]! & 0x80) === 0x80) return false;
  }
  return true;
}
