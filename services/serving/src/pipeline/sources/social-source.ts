import type { SocialReader } from '../../user-ports';
import type { Source } from '../parts';

/** What people liked lately whom the user follows. */
export function socialSource({ social }: { readonly social: SocialReader }): Source {
  return {
    name: 'sources/social',
    description: 'proposes what people liked lately whom the user follows',
    turn: 'always',
    isPersonal: true,
    reason: 'Popular among people you follow',
    withoutIt: 'the slate holds nothing for being liked by people whom the user follows',
    propose: async ({ request, count }, waiting) => {
      const liked = await social.likedByFollowed(request.userId, count, waiting);
      const peopleOf = new Map(liked.map(({ item, people }) => [item, people]));
      return {
        items: liked.map(({ item }) => item),
        scores: liked.map(({ score }) => score),
        isExhausted: liked.length < count,
        note: liked.length === 0 ? 'nobody whom the user follows liked anything lately' : undefined,
        because: (item) => sentenceAbout(peopleOf.get(item)),
      };
    },
  };
}

function sentenceAbout(people: number | undefined): string | undefined {
  if (people === undefined) return undefined;
  return people === 1 ? 'A person you follow liked it' : `${people} people you follow liked it`;
}
