/** What the value of an interaction counts, and between which bounds a sound one lies. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** What the events of one type carry; see INTERACTION_TYPES of the contracts. */
export interface TypeRule {
  readonly name: string;
  /** Absent: the value means nothing. */
  readonly value?: ValueRange;
  readonly hasPosition?: boolean;
}
