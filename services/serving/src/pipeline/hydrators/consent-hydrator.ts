import type { ConsentReader } from '../../user-ports';
import type { Hydrator } from '../parts';

/** Finds out whether the slate may be personal to the user, and whether something may be tried on them. While nobody can say, neither is so. */
export function consentHydrator({ consents }: { readonly consents: ConsentReader }): Hydrator {
  return {
    name: 'hydrators/consent',
    description:
      'finds out whether the user agreed to personalization (personal sources are asked for those who did) and to experiments',
    hydrate: async ({ userId }, waiting) => {
      const { personalization, experiments } = await consents.consentOf(userId, waiting);
      return { agreement: personalization, experiments };
    },
    fallback: () => ({
      state: { agreement: 'unknown', experiments: 'unknown' },
      message:
        'it is not known whether the user agreed to personalization: the slate is not personal, and nothing is tried',
    }),
  };
}
