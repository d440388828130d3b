import { mix } from './random';

const BITS_PER_POST = 16;

/**
 * Which posts each user has been shown: a Bloom filter per user, sized by what the user is expected to see. It never
 * forgets one that was shown, and takes one in fifty that was not for shown, which costs that user one post of many.
 */
export class SeenPosts {
  readonly #offsets: Float64Array;
  readonly #words: Uint32Array;

  /** `expected`: how many posts each user is expected to be shown. */
  constructor(expected: Float64Array) {
    this.#offsets = new Float64Array(expected.length + 1);
    for (let user = 0; user < expected.length; user += 1) {
      this.#offsets[user + 1] = this.#offsets[user]! + Math.ceil((expected[user]! * BITS_PER_POST) / 32) + 1;
    }
    this.#words = new Uint32Array(this.#offsets[expected.length]!);
  }

  /** Notes that a post is shown to a user; false when it was shown before. */
  add(user: number, post: number): boolean {
    const begin = this.#offsets[user]!;
    const bits = (this.#offsets[user + 1]! - begin) * 32;
    const hash = mix(post + 1);
    const isNew = this.#set(begin, (hash >>> 0) % bits);
    return this.#set(begin, (mix(hash ^ 0x5bd1e995) >>> 0) % bits) || isNew;
  }

  #set(begin: number, bit: number): boolean {
    const word = begin + (bit >>> 5);
    const mask = 1 << (bit & 31);
    const wasUnset = (this.#words[word]! & mask) === 0;
    this.#words[word]! |= mask;
    return wasUnset;
  }
}
