import { createHash } from 'node:crypto';
import type { ObjectStore } from '@attune/object-store';
import type { DatasetFiles } from '../interaction-set-ports';
import type { CallOptions } from '../ports';

/** Where files lie until the hash of all of them is known. */
export function buildingPrefix(buildId: string): string {
  return `datasets/building/${buildId}/`;
}

/** What a folder is written with. */
interface Options extends CallOptions {
  readonly objects: ObjectStore;
  /** A name that no other build has. */
  readonly buildId: string;
}

/**
 * The folder of one data set: files are written under a name of its own first, and get their final names, under their content hash,
 * when all are there. `dataset.json` comes last: a folder without it is no data set. A set that is there already is left as it is.
 */
export class DatasetFolder implements AsyncDisposable {
  readonly #hash = createHash('sha256');
  readonly #names: string[] = [];
  readonly #building: string;
  /** The last file on its way: the next one is made meanwhile. */
  #putting: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: Options) {
    this.#building = buildingPrefix(options.buildId);
  }

  get fileCount(): number {
    return this.#names.length;
  }

  /** Adds the next file of a kind, in pieces; their bytes must not change any more. */
  async add(pieces: readonly Uint8Array[], kind = 'part'): Promise<void> {
    await this.#putting;
    const { objects, signal } = this.options;
    const number = this.#names.filter((other) => other.startsWith(`${kind}-`)).length;
    const name = `${kind}-${String(number).padStart(5, '0')}.parquet`;
    this.#names.push(name);
    this.#putting = objects.put(this.#building + name, each(pieces), signal === undefined ? {} : { signal });
    // it is waited for before anything else is done; until then nobody hears of its failure
    this.#putting.catch(() => undefined);
    for (const bytes of pieces) this.#hash.update(bytes);
  }

  /** Gives the files their final names. */
  async finish(describe: (contentHash: string, objectKeys: readonly string[]) => object): Promise<DatasetFiles> {
    await this.#putting;
    const { objects, signal } = this.options;
    const contentHash = this.#hash.digest('hex');
    const folder = `datasets/${contentHash}/`;
    const objectKeys = this.#names.map((name) => folder + name);
    signal?.throwIfAborted();
    // From here on nothing is cancelled: another build of the same rows may be writing the same files.
    if ((await objects.head(`${folder}dataset.json`)) === undefined) {
      for (const name of this.#names) await objects.put(folder + name, objects.stream(this.#building + name));
      const manifest = JSON.stringify(describe(contentHash, objectKeys), null, 2);
      await objects.put(`${folder}dataset.json`, Buffer.from(`${manifest}\n`));
    }
    return { contentHash, objectKeys };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#putting.catch(() => undefined);
    if (this.#names.length > 0) await this.options.objects.deletePrefix(this.#building);
  }
}

async function* each<T>(all: readonly T[]): AsyncGenerator<T> {
  yield* all;
}
