/** What a finished put reports: how many bytes the store holds now, and their digest (hexadecimal, lower case). */
export interface StoredObject {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** One object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Options of every call that may take long: `signal` gives up, and nothing half done becomes visible. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * Files by key: model artifacts and data sets. A key is a relative path such as `models/m1/graph.onnx`, at most 1024 bytes.
 * An object appears whole or not at all, and an object's key is never also the folder of another key.
 */
export interface ObjectStore {
  /** Writes one object, replacing what was there. Readers see the old bytes or the new ones, never a mixture. */
  put(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: CallOptions): Promise<StoredObject>;
  /** The whole object in memory; `not_found.object` where there is none. */
  get(key: string, options?: CallOptions): Promise<Uint8Array>;
  /** The object piece by piece, for what does not fit in memory; `not_found.object` at the first piece where there is none. */
  stream(key: string, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** The size of an object, or undefined where there is none. */
  head(key: string): Promise<{ readonly sizeBytes: number } | undefined>;
  /** Every object whose key begins with `prefix` (any text, not only a folder), in the order of the keys' UTF-8 bytes. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Removes one object; removing what is not there is no error. */
  delete(key: string): Promise<void>;
  /** Removes every object whose key begins with `prefix`, which must not be empty, and says how many there were. */
  deletePrefix(prefix: string): Promise<number>;
}
