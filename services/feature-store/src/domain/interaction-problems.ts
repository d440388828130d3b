import type { EventProblem, Interaction, InteractionVocabulary } from './interaction';
import type { ValueRange } from './quality/type-rule';
import { idProblem, shortTextProblem } from './usable-text';

/** How far ahead of our clock an event may lie: clocks differ by so much. */
export const MAX_FUTURE_MS = 5 * 60_000;

const MAX_EVENT_ID_LENGTH = 128;
const MAX_CONTEXT_ENTRIES = 32;
const MAX_CONTEXT_KEY_LENGTH = 64;
const MAX_CONTEXT_VALUE_LENGTH = 256;
const MAX_SURFACE_LENGTH = 64;
const MAX_POSITION = 1_000_000;
const NONE: readonly EventProblem[] = Object.freeze([]);

/** What a check of interactions needs besides the event; one for a whole batch. */
export interface GivenToCheck {
  /** When the events arrived. */
  readonly nowMs: number;
  /** What comes before each field, for instance `interactions[3]`; called for events with problems only. */
  readonly path: (index: number) => string;
  readonly vocabulary: InteractionVocabulary;
  /**
   * What values of a type may be, for events at the door. Absent for records of the log: those were taken under the rules of
   * their time, and only what no build ever took is refused.
   */
  readonly valueRangeOf?: (type: string) => ValueRange | undefined;
}

type Found = { readonly field: string; readonly message: string }[] | undefined;

/**
 * Everything that is wrong with one interaction; empty when it can be taken. Written by hand because it runs for every
 * event: one without problems allocates nothing. `index` is the event's place in its batch.
 */
export function interactionProblems(event: Interaction, given: GivenToCheck, index = 0): readonly EventProblem[] {
  const { nowMs, vocabulary } = given;
  let found: Found = blame(undefined, 'event_id', shortTextProblem(event.eventId, MAX_EVENT_ID_LENGTH));
  found = blame(found, 'user_id', idProblem(event.userId));
  found = blame(found, 'item_id', idProblem(event.itemId));
  if (!vocabulary.isKnown(event.type)) found = blame(found, 'type', unknownType(event.type));
  if (event.occurredAt !== undefined)
    found = blame(found, 'occurred_at', timeProblem(event.occurredAt.getTime(), nowMs));
  if (event.value !== undefined) found = blame(found, 'value', valueProblem(event.type, event.value, given));
  if (event.decisionId !== '')
    found = blame(found, 'decision_id', shortTextProblem(event.decisionId, MAX_EVENT_ID_LENGTH));
  if (event.surface !== '') found = blame(found, 'surface', shortTextProblem(event.surface, MAX_SURFACE_LENGTH));
  if (event.position !== undefined && !(event.position >= 0 && event.position <= MAX_POSITION)) {
    found = blame(found, 'position', `must be from 0 to ${MAX_POSITION}`);
  }
  found = contextProblems(found, event.context);
  return found === undefined ? NONE : problemsOf(found, given.path(index));
}

function blame(found: Found, field: string, message: string | undefined): Found {
  if (message === undefined) return found;
  return [...(found ?? []), { field, message }];
}

function problemsOf(found: NonNullable<Found>, path: string): readonly EventProblem[] {
  return found.map(({ field, message }) => ({
    code: `invalid.${field.replace(/[.[].*$/, '')}`,
    message,
    field: `${path}.${field}`,
  }));
}

function unknownType(type: string): string {
  if (type === '') return 'must not be empty';
  return `${JSON.stringify(type.slice(0, 40).toWellFormed())} is not a type of interaction`;
}

function timeProblem(occurredAtMs: number, nowMs: number): string | undefined {
  if (Number.isNaN(occurredAtMs)) return 'must be a valid time';
  if (occurredAtMs < 0) return 'must not be before 1970';
  if (occurredAtMs > nowMs + MAX_FUTURE_MS) return 'must not be more than 5 minutes in the future';
  return undefined;
}

// What the first build refused already, so what the log cannot rightly hold.
const STARS: ValueRange = { min: 0, max: 5, unit: 'stars' };
const rangeInLog = (type: string) => (type === 'rating' ? STARS : undefined);

function valueProblem(type: string, value: number, { valueRangeOf = rangeInLog }: GivenToCheck): string | undefined {
  if (!Number.isFinite(value)) return 'must be a finite number';
  const range = valueRangeOf(type);
  if (range === undefined || (value >= range.min && value <= range.max)) return undefined;
  return `must be from ${range.min} to ${range.max} ${range.unit}`;
}

function contextProblems(before: Found, context: Interaction['context']): Found {
  let found = before;
  let count = 0;
  for (const key in context) {
    count++;
    if (count > MAX_CONTEXT_ENTRIES) break;
    const keyProblem = idProblem(key, MAX_CONTEXT_KEY_LENGTH);
    // A key that is wrong is not repeated: it may be long or unprintable.
    if (keyProblem !== undefined) found = blame(found, 'context', `key ${count} ${keyProblem}`);
    else found = blame(found, `context.${key}`, shortTextProblem(context[key]!, MAX_CONTEXT_VALUE_LENGTH));
  }
  if (count <= MAX_CONTEXT_ENTRIES) return found;
  return blame(found, 'context', `must have at most ${MAX_CONTEXT_ENTRIES} entries`);
}
