import * as ort from 'onnxruntime-node';
import { type Contestant, median } from './cpp-yardstick.ts';

/** The inputs of one request. */
export type Feeds = Readonly<Record<string, ort.Tensor>>;

/** Indices [n]. */
export const int32 = (data: Int32Array): ort.Tensor => new ort.Tensor('int32', data, [data.length]);

/** A number such as `k`: [1]. */
export const int64 = (value: number): ort.Tensor => new ort.Tensor('int64', BigInt64Array.of(BigInt(value)), [1]);

/** Numbers of a shape. */
export const float32 = (data: Float32Array, ...dims: number[]): ort.Tensor => new ort.Tensor('float32', data, dims);

/** A graph in ONNX Runtime, asked in this thread as the services ask it in theirs: a turn is some requests, its time their median. */
export class OrtTurns implements Contestant {
  readonly #session: ort.InferenceSession;
  readonly #requests: readonly Feeds[];
  readonly #runs: number;

  private constructor(session: ort.InferenceSession, requests: readonly Feeds[], runs: number) {
    this.#session = session;
    this.#requests = requests;
    this.#runs = runs;
  }

  static async open(
    model: Uint8Array,
    requests: readonly Feeds[],
    { threads, runs }: { readonly threads: number; readonly runs: number },
  ): Promise<OrtTurns> {
    const session = await ort.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // threads that go on waiting after their turn would take a core from whose turn it is
      extra: { session: { force_spinning_stop: '1' } },
    });
    return new OrtTurns(session, requests, runs);
  }

  /** The outputs of the request at this place. */
  async answer(place: number): Promise<Record<string, ort.Tensor>> {
    return this.#session.run(this.#requests[place]!);
  }

  async step(): Promise<number> {
    const times: number[] = [];
    // the first one warms up
    for (let run = 0; run <= this.#runs; run++) {
      const feeds = this.#requests[run % this.#requests.length]!;
      const startMs = performance.now();
      await this.#session.run(feeds);
      if (run > 0) times.push(performance.now() - startMs);
    }
    return median(times);
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
