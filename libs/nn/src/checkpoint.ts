/** Where a training can go on after a kill: numbers by name, and whatever else it needs as JSON. */
export interface Checkpoint {
  /** Epochs or iterations that are done. */
  readonly step: number;
  readonly state: unknown;
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Keeps the newest checkpoint of one run. */
export interface CheckpointStore {
  load(): Promise<Checkpoint | undefined>;
  /** Replaces what was there, whole or not at all. */
  save(checkpoint: Checkpoint): Promise<void>;
}
