import { AppError } from '@attune/errors';
import {
  type Manifest,
  type ManifestGraph,
  type OpenArtifact,
  readModel,
  type StoredTensor,
  verifyGolden,
} from '@attune/onnx';
import { openGraph, type RunnableGraph } from './open-graph';

/** An artifact whose graphs give their golden answers when they are opened. */
export class VerifiedArtifact {
  readonly #left: Set<ManifestGraph>;

  constructor(private readonly artifact: OpenArtifact) {
    this.#left = new Set(artifact.manifest.graphs);
  }

  get manifest(): Manifest {
    return this.artifact.manifest;
  }

  readUserKeys(): Promise<string[]> {
    return this.artifact.readUserKeys();
  }

  /** The graph with exactly these inputs beside `k`, or undefined. */
  find(...inputs: readonly string[]): ManifestGraph | undefined {
    const wanted = [...inputs].sort().join();
    return this.manifest.graphs.find((graph) => inputsOf(graph) === wanted);
  }

  /** The same; throws where there is none, since a model of this kind needs it. */
  need(...inputs: readonly string[]): ManifestGraph {
    const found = this.find(...inputs);
    if (found !== undefined) return found;
    const named = inputs.map((input) => `"${input}"`).join(' and ');
    const what = named === '' ? 'with "k" as its only input' : `with the inputs ${named}`;
    throw brokenArtifact(`manifest.json: a model of the kind "${this.manifest.modelKind}" needs a graph ${what}`);
  }

  /** Reads and opens a graph, and runs its golden vectors again. Whoever opens it closes it. */
  async open(graph: ManifestGraph): Promise<{ readonly model: Uint8Array; readonly session: RunnableGraph }> {
    const model = await this.artifact.readGraph(graph);
    const session = await openGraph(graph.name, model);
    await verifyGolden((_, inputs) => session.runPlain(inputs), { ...this.manifest, graphs: [graph] });
    this.#left.delete(graph);
    return { model, session };
  }

  /** Verifies the graphs that nobody opened, one after the other. */
  async verifyOthers(): Promise<void> {
    for (const graph of [...this.#left]) await (await this.open(graph)).session.close();
  }
}

/** The sorted names of a graph's inputs, without `k`. */
function inputsOf({ inputs }: ManifestGraph): string {
  return inputs
    .map(({ name }) => name)
    .filter((name) => name !== 'k')
    .sort()
    .join();
}

/** An artifact that cannot serve because of what is in it. */
export function brokenArtifact(message: string): AppError {
  return new AppError('data_loss.artifact', message);
}

/** The tensors that are stored in a graph; their bytes lie in the graph. */
export class StoredTensors {
  readonly #byName: ReadonlyMap<string, StoredTensor>;

  constructor(
    model: Uint8Array,
    private readonly graph: ManifestGraph,
  ) {
    this.#byName = new Map(readModel(model).initializers.map((tensor) => [tensor.name, tensor]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** A table of numbers with four bytes, with these sizes where they are given; throws where the graph has none. */
  table(name: string, rows: number | undefined, columns?: number): StoredTensor {
    const found = this.#byName.get(name);
    if (found === undefined) throw brokenArtifact(`${this.graph.file}: it does not store the tensor "${name}"`);
    const { dims } = found;
    const fits = dims.length === 2 && dims[0] === (rows ?? dims[0]) && dims[1] === (columns ?? dims[1]);
    if (fits && dims[0]! > 0 && dims[1]! > 0) return found;
    throw brokenArtifact(
      `${this.graph.file}: "${name}" is [${dims.join(', ')}] instead of [${rows ?? 'any'}, ${columns ?? 'any'}]`,
    );
  }

  /** A number of its own. */
  number(name: string): number {
    const found = this.#byName.get(name);
    if (found?.raw.byteLength !== 4) throw brokenArtifact(`${this.graph.file}: it does not store the number "${name}"`);
    return new DataView(found.raw.buffer, found.raw.byteOffset, 4).getFloat32(0, true);
  }
}

/** Its numbers, copied: four bytes each, as float32 or int32. */
export function copyInto<T extends Float32Array | Int32Array>(raw: Uint8Array, target: T): T {
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(raw);
  return target;
}
