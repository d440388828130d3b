import type { LearningCheck } from '../../src/domain/learning/learning-cycle';
import type { Workshop } from './workshop';

/** A challenger that something was done to. */
export interface Sabotaged {
  /** One of the ten kinds. */
  readonly kind: string;
  readonly what: string;
  /** Sends it through the gate. */
  readonly prove: (shop: Workshop) => Promise<readonly LearningCheck[]>;
}
