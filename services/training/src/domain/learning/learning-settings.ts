/** By what continuous learning decides, and how long its trials take. */
export interface LearningSettings {
  /** How often every model is decided about. */
  readonly everyMs: number;
  /** A version in production is trained again when what it learned is older. */
  readonly maxAgeMs: number;
  /** The share of new interactions, of those that the version learned from, that is significant. */
  readonly newShare: number;
  /** And how many they are at least. */
  readonly newLeast: number;
  /** With fewer new interactions than this nothing can be proved. */
  readonly proofLeast: number;
  /** The newest share of the new interactions, which no challenger learns from: the questions of the proof. */
  readonly heldOutShare: number;
  /** How far back a challenger learns; 0 for all. */
  readonly historyMs: number;
  /** How long a challenger is a shadow. */
  readonly shadowMs: number;
  /** How long it is a canary at least. */
  readonly canaryMs: number;
  /** The share of the users whom it serves meanwhile. */
  readonly canaryShare: number;
  /** So many slates of the canary must have been judged. */
  readonly canaryLeastSlates: number;
  /** Where fewer people come, the canary ends after this. */
  readonly canaryMaxMs: number;
  /** The first pause after a failure; each further one in a row doubles it, up to a day. */
  readonly backOffMs: number;
  /** Models whose first version is trained without anyone. */
  readonly firstModels: readonly string[];
}

/** No pause after failures is longer. */
const LONGEST_BACK_OFF_MS = 24 * 3_600_000;

/** How long a model rests after so many cycles in a row without a promotion. */
export function backOffMs(failureCount: number, { backOffMs: first }: Pick<LearningSettings, 'backOffMs'>): number {
  if (failureCount <= 0) return 0;
  return Math.min(LONGEST_BACK_OFF_MS, first * 2 ** Math.min(failureCount - 1, 30));
}
