import type { EventProblem, Interaction, InteractionVocabulary } from './interaction';
import { idProblem, shortTextProblem } from './usable-text';

/** How far ahead of our clock an event may lie: clocks differ by so much. */
export const MAX_FUTURE_MS = 5 * 60_000;

const MAX_EVENT_ID_LENGTH = 128;
const MAX_CONTEXT_ENTRIES = 32;
const MAX_CONTEXT_KEY_LENGTH = 64;
const MAX_CONTEXT_VALUE_LENGTH = 256;
const MAX_SURFACE_LENGTH = 64;
const MAX_STARS = 5;
const MAX_POSITION = 1_000_000;
const NONE: readonly EventProblem[] = Object.freeze([]);

/** What a check of interactions needs besides the event. */
export interface GivenToCheck {
  /** When the event arrived. */
  readonly nowMs: number;
  /** What comes before each field, for instance `interactions[3]`; called for events with problems only. */
  readonly path: () => string;
  readonly vocabulary: InteractionVocabulary;
}

/**
 * Everything that is wrong with one interaction; empty when it can be taken. Written by hand because it runs for every
 * event: an event without problems costs no allocation worth naming.
 */
export function interactionProblems(event: Interaction, given: GivenToCheck): readonly EventProblem[] {
  const { nowMs, path, vocabulary } = given;
  let problems: EventProblem[] | undefined;
  const blame = (field: string, message: string | undefined) => {
    if (message === undefined) return;
    problems ??= [];
    problems.push({ code: `invalid.${field.replace(/[.[].*$/, '')}`, message, field: `${path()}.${field}` });
  };
  blame('event_id', shortTextProblem(event.eventId, MAX_EVENT_ID_LENGTH));
  blame('user_id', idProblem(event.userId));
  blame('item_id', idProblem(event.itemId));
  if (!vocabulary.isKnown(event.type)) blame('type', unknownType(event.type));
  if (event.occurredAt !== undefined) blame('occurred_at', timeProblem(event.occurredAt.getTime(), nowMs));
  if (event.value !== undefined) blame('value', valueProblem(event.type, event.value));
  if (event.decisionId !== '') blame('decision_id', shortTextProblem(event.decisionId, MAX_EVENT_ID_LENGTH));
  if (event.surface !== '') blame('surface', shortTextProblem(event.surface, MAX_SURFACE_LENGTH));
  if (event.position !== undefined && !(event.position >= 0 && event.position <= MAX_POSITION)) {
    blame('position', `must be from 0 to ${MAX_POSITION}`);
  }
  contextProblems(event.context, blame);
  return problems ?? NONE;
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

function valueProblem(type: string, value: number): string | undefined {
  if (!Number.isFinite(value)) return 'must be a finite number';
  if (type === 'rating' && (value < 0 || value > MAX_STARS)) return `must be from 0 to ${MAX_STARS} stars`;
  return undefined;
}

function contextProblems(context: Interaction['context'], blame: (field: string, message: string | undefined) => void) {
  let count = 0;
  for (const key in context) {
    count++;
    if (count > MAX_CONTEXT_ENTRIES) break;
    const keyProblem = idProblem(key, MAX_CONTEXT_KEY_LENGTH);
    // A key that is wrong is not repeated: it may be long or unprintable.
    if (keyProblem !== undefined) blame('context', `key ${count} ${keyProblem}`);
    else blame(`context.${key}`, shortTextProblem(context[key]!, MAX_CONTEXT_VALUE_LENGTH));
  }
  if (count > MAX_CONTEXT_ENTRIES) blame('context', `must have at most ${MAX_CONTEXT_ENTRIES} entries`);
}
