import { EXPERIMENT_LIMITS } from './experiment-limits';

const { nameLength } = EXPERIMENT_LIMITS;
const NAME = new RegExp(`^[a-z0-9-]{1,${nameLength}}$`);
/** Control characters: nothing that a person means to write, and a line feed would end a salt. */
const CONTROL = /\p{Cc}/u;

/** What a name must be, as the end of a sentence. */
export const NAME_RULE = `must be 1 to ${nameLength} lower-case letters, digits and dashes`;

/** Whether a text can name an experiment, a variant, a layer or a salt. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** What is wrong with a text that should have `minLength` to `maxLength` UTF-16 code units; undefined if nothing is. */
export function textProblem(text: string, minLength: number, maxLength: number): string | undefined {
  if (text.length < minLength) return 'must not be empty';
  if (text.length > maxLength) return `must have at most ${maxLength} characters`;
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  return CONTROL.test(text) ? 'must have no control characters' : undefined;
}
