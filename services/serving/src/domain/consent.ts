/** What a user can refuse. */
export type Purpose = 'personalization' | 'training' | 'experiments';

/** Whether slates may be personal to a user. `unknown`: nobody could say, so they may not. */
export type Agreement = 'agreed' | 'refused' | 'unknown';

/** What a user agrees to, as far as slates go. */
export interface SlateConsent {
  readonly personalization: Agreement;
  /** Whether something may be tried on the user. */
  readonly experiments: Agreement;
}

/** What a user refuses as of one change. Of two changes the one with the later (acceptedAt, eventId) holds. */
export interface ConsentChange {
  readonly userId: string;
  readonly refused: readonly Purpose[];
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** What a user said, as the contracts have it; absent counts as agreed. */
export type StatedConsent = { readonly [P in Purpose]?: boolean | undefined };

/** Every purpose, in the order in which they are written. */
export const PURPOSES: readonly Purpose[] = ['personalization', 'training', 'experiments'];

/** What somebody who said this refuses. */
export function refusedBy(stated: StatedConsent | undefined): readonly Purpose[] {
  return PURPOSES.filter((purpose) => stated?.[purpose] === false);
}

/** Whether slates may be personal to somebody who refuses these. */
export function agreementOf(refused: readonly Purpose[]): Agreement {
  return consentOf(refused).personalization;
}

/** What somebody who refuses these agrees to. */
export function consentOf(refused: readonly Purpose[]): SlateConsent {
  const to = (purpose: Purpose) => (refused.includes(purpose) ? 'refused' : 'agreed');
  return { personalization: to('personalization'), experiments: to('experiments') };
}
