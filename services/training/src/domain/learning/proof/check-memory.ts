import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check, short } from './checks';

/** How well a version answers what happened before its training ended, and what happened after. */
export interface Memory {
  readonly seen: number;
  readonly unseen: number;
  /** The lower end of the interval of `unseen`. */
  readonly unseenLow: number;
}

/**
 * Whether the answers to the questions are remembered ones. A model that remembers single pairs answers what it has learned much better
 * than what it has not. How much better the champion shows, before and after the end of its own training; a challenger that answers
 * what it should never have seen nearly as well as what it has learned has seen it.
 */
export function checkMemory(challenger: Memory | undefined, champion: Memory | undefined): LearningCheck {
  if (challenger === undefined || champion === undefined) {
    return check('leak', true, 'too little happened before and after the trainings to tell what is remembered');
  }
  const ratioOf = ({ seen, unseen }: Memory) => (seen > 0 ? unseen / seen : 1);
  const usual = ratioOf(champion);
  const figures = `it answers ${short(challenger.unseen)} of what is new and ${short(challenger.seen)} of what it learned; of the champion ${short(champion.unseen)} and ${short(champion.seen)}`;
  if (usual > BOUNDS.forgetful) return check('leak', true, `${figures}: such a model does not remember single pairs`);
  const allowed = usual + BOUNDS.memoryShare * (1 - usual);
  const least = challenger.seen > 0 ? challenger.unseenLow / challenger.seen : 0;
  if (least <= allowed) return check('leak', true, figures);
  return check('leak', false, `${figures}: it has seen the questions`);
}
