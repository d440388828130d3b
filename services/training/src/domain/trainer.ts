/** What a trainer is called, what it does and which settings it takes. */
export interface Trainer {
  readonly name: string;
  /** What it is good at, in a sentence. */
  readonly description: string;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The settings in full; refuses unknown and malformed ones, all at once. */
  parseSettings(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}
