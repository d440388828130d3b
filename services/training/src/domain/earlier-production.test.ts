import { aVersion } from '../../tests/a-version';
import { earlierProduction } from './earlier-production';
import type { StageChange } from './model-version';

/** Changes into production: a number is a promotion, `back:n` a rollback to n. */
function changes(...moves: readonly (number | `back:${number}`)[]): StageChange[] {
  return moves.map((move, index) => ({
    ref: aVersion(typeof move === 'number' ? move : Number(move.slice(5))).ref,
    kind: 'als',
    sequence: index + 1,
    eventId: String(index),
    to: 'production',
    at: new Date(index),
    actor: 'test',
    reason: '',
    evidence: {},
    ...(typeof move === 'number' ? {} : { grounds: { rule: 'rollback', summary: '' } }),
  }));
}

describe('earlierProduction', () => {
  it.each([
    ['the one before', changes(1, 2), 1],
    ['nothing when there was only one', changes(1), undefined],
    ['nothing when nothing ever served', changes(), undefined],
    ['further back after a rollback, not to what was rolled back', changes(1, 2, 3, 'back:2'), 1],
    ['nothing when everything was rolled back', changes(1, 2, 'back:1'), undefined],
    ['the one that served before a new promotion', changes(1, 2, 'back:1', 3), 1],
    ['a version that came back by promotion', changes(1, 2, 1), 2],
  ])('gives %s', (_, history, version) => {
    expect(earlierProduction(history)).toBe(version);
  });
});
