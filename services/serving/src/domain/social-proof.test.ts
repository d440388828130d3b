import { socialProof } from './social-proof';

const DAY_MS = 24 * 3_600_000;
const like = (item: number, atMs: number, strength = 1) => ({ item, strength, atMs });

it('adds up over people, a day counting half, and counts each person once per item', () => {
  const proofs = socialProof([[like(1, 0), like(1, -DAY_MS, 2), like(2, -DAY_MS)], [like(2, 0)]], 0);
  expect(proofs).toEqual([
    { item: 2, score: 1.5, people: 2 },
    { item: 1, score: 1, people: 1 },
  ]);
});

it('lets nobody speak for everybody: the last ten of each person count', () => {
  const many = Array.from({ length: 15 }, (_, at) => like(at, -at));
  expect(socialProof([many], 0).map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('passes over what somebody only opened', () => {
  expect(socialProof([[like(1, 0, 0.2), like(2, 0, 0.3), like(3, 0, 0.5)]], 0)).toMatchObject([{ item: 3 }]);
});

it('ranks equal scores by the number of the item, so that equal questions get equal answers', () => {
  expect(socialProof([[like(9, 0)], [like(4, 0)]], 0).map(({ item }) => item)).toEqual([4, 9]);
});
