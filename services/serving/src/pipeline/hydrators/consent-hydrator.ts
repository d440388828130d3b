import type { ConsentReader } from '../../user-ports';
import type { Hydrator } from '../parts';

/** Finds out whether the slate may be personal to the user. While nobody can say, it is not. */
export function consentHydrator({ consents }: { readonly consents: ConsentReader }): Hydrator {
  return {
    name: 'hydrators/consent',
    description: 'finds out whether the user agreed to personalization: personal sources are asked for those who did',
    hydrate: async ({ userId }, waiting) => ({ agreement: await consents.agreementOf(userId, waiting) }),
    fallback: () => ({
      state: { agreement: 'unknown' },
      message: 'it is not known whether the user agreed to personalization: the slate is not personal',
    }),
  };
}
