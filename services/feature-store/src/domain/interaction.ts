/** Something that a user did to an item, as a producer tells it. Its shape is that of the contract's message. */
export interface Interaction {
  readonly eventId: string;
  readonly userId: string;
  readonly itemId: string;
  readonly type: string;
  readonly occurredAt: Date | undefined;
  readonly value?: number | undefined;
  readonly decisionId: string;
  readonly surface: string;
  readonly position?: number | undefined;
  readonly context: Readonly<Record<string, string>>;
}

/** An interaction that the store took: its id and its time are set, and we know since when we know of it. */
export interface AcceptedInteraction extends Interaction {
  readonly occurredAt: Date;
  readonly acceptedAt: Date;
  readonly producer: string;
  /** What is odd about it, for instance `rate`; flagged events count, and training sets leave them out. */
  readonly flags: readonly string[];
}

/** What is wrong with one event of a batch: a code for machines, a sentence for people, the path of the field. */
export interface EventProblem {
  readonly code: string;
  readonly message: string;
  readonly field: string;
}

/** What became of one event of a batch. */
export interface InteractionOutcome {
  readonly eventId: string;
  readonly status: 'accepted' | 'duplicate' | 'rejected';
  readonly problems: readonly EventProblem[];
}

/** The words of the fleet for interactions; see INTERACTION_TYPES of the contracts. */
export interface InteractionVocabulary {
  isKnown(type: string): boolean;
  /** How strongly an interaction speaks for (or, negative, against) its item, on the scale of a like. */
  strengthOf(type: string, value?: number): number;
}
