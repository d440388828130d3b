import { performance } from 'node:perf_hooks';

const [STEP_NUMBER, STEP_KIND, FIRST_COUNTER] = [0, 1, 2];
const MAX_PHASES = 6;

/** How many shared int32 words the threads of one computation need to meet. */
export const SHARED_WORDS = FIRST_COUNTER + 2 * MAX_PHASES;

// A thread that sleeps is often woken on the core where another one works, and shares it for a while; so threads stay awake for the
// short times between phases and steps, and sleep when it takes longer.
const AWAKE_MS = 2;
const CHECKS_PER_LOOK_AT_THE_CLOCK = 500;

function stayAwakeUntil(isReady: () => boolean): boolean {
  const endMs = performance.now() + AWAKE_MS;
  do {
    for (let check = 0; check < CHECKS_PER_LOOK_AT_THE_CLOCK; check++) if (isReady()) return true;
  } while (performance.now() < endMs);
  return false;
}

/** Lets threads do steps together: the main thread begins a step, the others share the blocks of each of its phases. */
export class SharedSteps {
  #done = 0;
  #phase = 0;

  /** `words` [SHARED_WORDS] are of one shared memory; `threads` is how many share the work. */
  constructor(
    private readonly words: Int32Array,
    private readonly threads: number,
  ) {}

  /** Main thread: announces a step, when all threads have answered the one before. Threads that sleep need a message, too. */
  begin(kind: number): void {
    this.words.fill(0, FIRST_COUNTER);
    this.words[STEP_KIND] = kind;
    Atomics.add(this.words, STEP_NUMBER, 1);
  }

  /** The kind of the step that was begun and that this thread has not taken yet; undefined when there is none. */
  take(): number | undefined {
    const begun = Atomics.load(this.words, STEP_NUMBER);
    if (begun === this.#done) return undefined;
    this.#done = begun;
    this.#phase = 0;
    return this.words[STEP_KIND];
  }

  /** The same, after waiting a little for the main thread to begin the next step. */
  takeSoon(): number | undefined {
    stayAwakeUntil(() => Atomics.load(this.words, STEP_NUMBER) !== this.#done);
    return this.take();
  }

  /**
   * One phase: does those of its blocks that no other thread has taken, then waits until all threads are done with theirs. Ends with
   * 0, or with what `work` answered first that is not 0.
   */
  shareBlocks(blocks: number, work: (block: number) => number): number {
    const { words, threads } = this;
    const taken = FIRST_COUNTER + 2 * this.#phase++;
    const arrived = taken + 1;
    let failed = 0;
    for (let block = Atomics.add(words, taken, 1); block < blocks; block = Atomics.add(words, taken, 1)) {
      failed ||= work(block);
    }
    if (Atomics.add(words, arrived, 1) + 1 === threads) Atomics.notify(words, arrived);
    else if (!stayAwakeUntil(() => Atomics.load(words, arrived) === threads)) this.#sleepUntilAllAre(arrived);
    return failed;
  }

  #sleepUntilAllAre(arrived: number): void {
    for (let there = Atomics.load(this.words, arrived); there < this.threads; ) {
      Atomics.wait(this.words, arrived, there);
      there = Atomics.load(this.words, arrived);
    }
  }
}
