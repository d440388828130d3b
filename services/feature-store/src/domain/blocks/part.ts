import type { ByteReader, ByteWriter } from '../bytes';
import type { FeatureEvent } from '../feature-event';

/**
 * A building block of states that numbers in slots cannot hold: texts and sets. A view keeps one of each of its parts, and several
 * features may read the same one.
 *
 * As with features, the fold must not depend on the order of events, and equal contents must be written as equal bytes.
 */
export interface Part<T = unknown> {
  readonly name: string;
  /** Counts changes of the meaning or the layout from 1. */
  readonly version: number;
  /** Whether an event could change it: the content is not even read for others. */
  readonly hears: (event: FeatureEvent) => boolean;
  readonly initial: () => T;
  /** Folds one event into the content, which it changes in place; false where the event changed nothing. */
  readonly on: (event: FeatureEvent, content: T) => boolean;
  readonly write: (content: T, out: ByteWriter) => void;
  readonly read: (from: ByteReader) => T;
}
