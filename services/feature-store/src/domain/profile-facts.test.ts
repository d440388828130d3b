import { anItem, aUser } from '@attune/testkit';
import { idHash } from './id-hash';
import { itemFactsOf, userFactsOf } from './profile-facts';

const change = { acceptedAt: new Date(5), eventId: 'e1' };

describe('what features see of a profile', () => {
  it('reads sentiment and readability off the text, where there is one', () => {
    const of = (text: string) => itemFactsOf(anItem({ title: '', text }), change);
    const glad = of('I love this wonderful day.');
    const sad = of('This is a horrible and terrible disaster.');
    expect(glad.sentiment).toBeGreaterThan(0.5);
    expect(sad.sentiment).toBeLessThan(-0.5);
    expect(of('The cat sat on the mat.').readability).toBeGreaterThan(
      of('Institutional considerations necessitate extraordinary administrative reorganization.').readability,
    );
    expect(of('').sentiment).toBeNaN();
    expect(of('').readability).toBeNaN();
  });

  it('tells videos from images from text', () => {
    const of = (mediaUrls: string[]) => itemFactsOf(anItem({ mediaUrls, text: 'x' }), change).contentType;
    expect([of([]), of(['https://a/b.jpg']), of(['https://a/b.jpg', 'https://a/c.mp4?x=1'])]).toEqual([1, 2, 3]);
  });

  it('makes topics of the category and the tags, each once', () => {
    const facts = itemFactsOf(anItem({ category: 'sport', tags: ['run', 'sport', 'fun'], authorId: 'ann' }), change);
    expect(facts.topics).toEqual(['sport', 'run', 'fun']);
    expect(facts.authorKey).toBe(idHash('ann'));
  });

  it('takes absent consent for agreement, and a trust score only where it is one', () => {
    const facts = (changes: Parameters<typeof aUser>[0]) => userFactsOf(aUser(changes), change);
    expect(facts({ consent: undefined })).toMatchObject({ personalization: false, training: false });
    expect(facts({ consent: { training: false } })).toMatchObject({ personalization: false, training: true });
    expect(facts({ attributes: { trust_score: '0.8' } }).trust).toBe(0.8);
    expect(facts({ attributes: { trust_score: 'high' } }).trust).toBeNaN();
  });
});

it('keeps hashes of ids for ever: states remember them', () => {
  expect(['', 'u1', 'u2', 'Zoë', 'a'.repeat(256)].map(idHash)).toMatchInlineSnapshot(`
[
  1748145218238618,
  3448111627771272,
  1144140237467500,
  3391672651282301,
  3489454982247848,
]
`);
  expect(new Set(Array.from({ length: 100_000 }, (_, n) => idHash(`user-${n}`))).size).toBe(100_000);
});
