import { historyOf } from './history';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const DAY_MS = 86_400_000;

it('weights likes by their strength, halved for every thirty days', () => {
  const { items, weights } = historyOf(
    [
      { item: 7, strength: 2, atMs: NOW },
      { item: 3, strength: 1, atMs: NOW - 30 * DAY_MS },
    ],
    NOW,
  );
  expect([...items]).toEqual([7, 3]);
  expect([...weights]).toEqual([2, 0.5]);
});

it('leaves out what was not liked', () => {
  expect([...historyOf([{ item: 7, strength: -1, atMs: NOW }], NOW).items]).toEqual([]);
});

it('weights what a clock that is ahead calls later than now as now', () => {
  expect([...historyOf([{ item: 7, strength: 1, atMs: NOW + DAY_MS }], NOW).weights]).toEqual([1]);
});
