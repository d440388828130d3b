import { AppError } from '@attune/errors';
import type { Manifest, ManifestGraph } from './manifest';
import type { TensorMap, TensorValue } from './tensor-value';

/** Runs one graph of an artifact, wherever it is loaded. */
export type RunGraph = (graph: string, inputs: TensorMap) => Promise<TensorMap>;

/** Runs every golden input and compares the answers; throws `data_loss.artifact` that names graph, output and position. */
export async function verifyGolden(run: RunGraph, manifest: Manifest): Promise<void> {
  for (const graph of manifest.graphs) {
    for (const [index, { inputs, outputs }] of graph.golden.entries()) {
      const actual = await run(graph.name, inputs);
      const problem = compareOutputs(graph, outputs, actual);
      if (problem === undefined) continue;
      throw new AppError('data_loss.artifact', `${graph.file}: golden vector ${index} does not match: ${problem}`, {
        metadata: { file: graph.file, graph: graph.name },
      });
    }
  }
}

function compareOutputs(graph: ManifestGraph, expected: TensorMap, actual: TensorMap): string | undefined {
  for (const [name, wanted] of Object.entries(expected)) {
    const got = actual[name];
    if (got === undefined) return `output "${name}" is missing`;
    if (got.dims.join() !== wanted.dims.join()) return `"${name}" is [${got.dims}] instead of [${wanted.dims}]`;
    for (let at = 0; at < wanted.data.length; at++) {
      if (isClose(got.data[at]!, wanted.data[at]!, graph.tolerance)) continue;
      if (wanted.type !== 'float32' && isTied(expected, wanted, at, graph.tolerance)) continue;
      return `"${name}"[${at}] is ${got.data[at]} instead of ${wanted.data[at]}`;
    }
  }
  return undefined;
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

/**
 * Whether position `at` of a ranking could hold another item on another machine: its score equals a neighbour's within the
 * tolerance, or it is the last of its row, where the neighbour cannot be seen.
 */
function isTied(expected: TensorMap, ranking: TensorValue, at: number, tolerance: number): boolean {
  const scores = Object.values(expected).find((t) => t.type === 'float32' && t.dims.join() === ranking.dims.join());
  if (scores === undefined) return false;
  const width = scores.dims.at(-1) ?? 1;
  const position = at % width;
  if (position === width - 1) return true;
  const ties = (other: number) => isClose(scores.data[at]!, scores.data[other]!, 2 * tolerance);
  return ties(at + 1) || (position > 0 && ties(at - 1));
}
