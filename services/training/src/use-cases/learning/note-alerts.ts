import type { LearningAlerts, ToldAlert } from '../../learning-ports';

/** Makes the use case: keeps what monitoring says of models. The next look decides by it. */
export function makeNoteAlerts({ alerts }: { readonly alerts: Pick<LearningAlerts, 'note'> }) {
  return (told: readonly ToldAlert[]): Promise<void> => alerts.note(told);
}
