/** What may have been done within the window of an example; each is a column, since models of engagement learn them apart. */
export const ACTS = ['click', 'like', 'comment', 'share'] as const;

/** The columns of the acts, 1 for done and 0 for not, in their order. */
export const ACT_COLUMNS = ACTS.map((act) => `did_${act}` as const);

/** Whether the act at a place of ACTS is among a set of them, which is a number with one bit for each. */
export function hasAct(acts: number, place: number): boolean {
  return ((acts >> place) & 1) === 1;
}
