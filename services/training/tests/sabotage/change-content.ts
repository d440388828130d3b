import { readModel } from '@attune/onnx';
import type { Content } from './rankers';

/** The same artifact with other numbers in its graphs. Digests and golden vectors are made anew from them when it is stored. */
export function withNumbers(
  content: Content,
  change: (name: string, values: Float32Array, dims: readonly number[]) => void,
): Content {
  return {
    ...content,
    graphs: content.graphs.map((graph) => {
      const model = graph.model.slice();
      for (const { name, type, dims, raw } of readModel(model).initializers) {
        if (type !== 'float32') continue;
        const values = new Float32Array(Uint8Array.from(raw).buffer);
        change(name, values, dims);
        // a view of the model's bytes: what is written there is written into the model
        raw.set(new Uint8Array(values.buffer));
      }
      return { ...graph, model };
    }),
  };
}

/** The same artifact with another graph under a name. */
export function withGraph(content: Content, name: string, model: Uint8Array): Content {
  return { ...content, graphs: content.graphs.map((graph) => (graph.name === name ? { ...graph, model } : graph)) };
}

/** A stored table of the artifact, by name. */
export function tableOf(
  { graphs }: Content,
  name: string,
): { readonly values: Float32Array; readonly dims: readonly number[] } {
  for (const { model } of graphs) {
    const found = readModel(model).initializers.find((one) => one.name === name);
    if (found !== undefined) return { values: new Float32Array(Uint8Array.from(found.raw).buffer), dims: found.dims };
  }
  throw new Error(`no graph stores "${name}"`);
}

/** Moves rows of a table [rows x width] among some of them, by one place. */
export function rotateRows(values: Float32Array, width: number, rows: readonly number[]): void {
  const before = values.slice();
  rows.forEach((row, at) => {
    const from = rows[(at + Math.max(1, Math.floor(rows.length / 3))) % rows.length]!;
    values.set(before.subarray(from * width, (from + 1) * width), row * width);
  });
}

/** The numbers of so many rows. */
export const allRows = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
