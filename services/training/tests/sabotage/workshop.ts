import type { ObjectStore } from '@attune/object-store';
import type { LearningCheck } from '../../src/domain/learning/learning-cycle';
import { aWorld, type World } from './a-world';
import type { PredictorChallenger } from './predictors';
import {
  anExampleWorld,
  type ExampleWorld,
  examplesUntil,
  fitPredictor,
  openPredictor,
  provePredictor,
} from './predictors';
import { type Content, fitRanker, openRanker, proveRanker, type RankerChallenger } from './rankers';

/** Makes worlds and sound versions once, for every challenger that needs them. */
export class Workshop implements AsyncDisposable {
  readonly #opened: AsyncDisposable[] = [];
  readonly #made = new Map<string, unknown>();

  constructor(private readonly store: ObjectStore) {}

  world(seed: number): World {
    return this.#once(`world ${seed}`, () => aWorld(seed));
  }

  examples(seed: number): ExampleWorld {
    return this.#once(`examples ${seed}`, () => anExampleWorld(seed));
  }

  /** The version in production. */
  champion(model: string, seed: number): Promise<Content> {
    return this.#once(`champion ${model} ${seed}`, () => fitRanker(model, this.world(seed).learnedByChampion));
  }

  /** What a cycle trains: from the champion's numbers, on what happened until the questions begin. */
  sound(model: string, seed: number): Promise<Content> {
    return this.#once(`sound ${model} ${seed}`, async () =>
      fitRanker(model, this.world(seed).learned, { previous: await this.champion(model, seed) }),
    );
  }

  championPredictor(seed: number): Promise<Content> {
    const world = this.examples(seed);
    return this.#once(`champion predictor ${seed}`, () => fitPredictor(examplesUntil(world, world.championToMs), seed));
  }

  soundPredictor(seed: number): Promise<Content> {
    const world = this.examples(seed);
    return this.#once(`sound predictor ${seed}`, () => fitPredictor(examplesUntil(world, world.heldOutFromMs), seed));
  }

  /** Sends a challenger that ranks through the gate. */
  async ranker(
    model: string,
    seed: number,
    content: Content,
    rest: Partial<RankerChallenger> = {},
  ): Promise<readonly LearningCheck[]> {
    const champion = await this.#open(`open ${model} ${seed}`, async () =>
      openRanker(this.store, await this.champion(model, seed), {
        ...{ number: 1, trainedToMs: this.world(seed).championToMs },
      }),
    );
    return this.#proved(() => proveRanker(this.store, { world: this.world(seed), champion, content, ...rest }));
  }

  /** Sends a challenger that says probabilities through the gate. */
  async predictor(
    seed: number,
    content: Content,
    rest: Partial<PredictorChallenger> = {},
  ): Promise<readonly LearningCheck[]> {
    const champion = await this.#open(`open predictor ${seed}`, async () =>
      openPredictor(this.store, await this.championPredictor(seed), {
        ...{ number: 1, trainedToMs: this.examples(seed).championToMs },
      }),
    );
    return this.#proved(() => provePredictor(this.store, { world: this.examples(seed), champion, content, ...rest }));
  }

  /** What cannot be stored or opened is refused before it is asked, as at its registration. */
  async #proved(prove: () => Promise<readonly LearningCheck[]>): Promise<readonly LearningCheck[]> {
    try {
      return await prove();
    } catch (error) {
      return [{ name: 'artifact', passed: false, reason: (error as Error).message }];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened) await one[Symbol.asyncDispose]();
  }

  #open<T extends AsyncDisposable>(name: string, open: () => Promise<T>): Promise<T> {
    return this.#once(name, async () => {
      const opened = await open();
      this.#opened.push(opened);
      return opened;
    });
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as T;
  }
}
