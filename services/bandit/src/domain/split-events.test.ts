import { aSelection } from '../../tests/fixtures/domain';
import type { PolicyEvent } from './policy-event';
import { choiceCount, splitEvents } from './split-events';

const due = (...decisionIds: string[]): PolicyEvent => ({ kind: 'due', policy: 'clicks', decisionIds });
const chosen = (decisionId: string): PolicyEvent => ({
  ...{ kind: 'selected', policy: 'clicks', selection: aSelection({ decisionId }) },
});

describe('splitEvents', () => {
  it('keeps the order, and every piece small, though one event is about many choices', () => {
    const pieces = splitEvents([chosen('a'), due('a', 'b', 'c', 'd', 'e'), chosen('f'), chosen('g')], 2);
    expect(pieces).toEqual([
      ...[[chosen('a')], [due('a', 'b')], [due('c', 'd')]],
      ...[[due('e'), chosen('f')], [chosen('g')]],
    ]);
    expect(pieces.map(choiceCount)).toEqual([1, 2, 2, 2, 1]);
  });

  it('makes no piece of nothing', () => {
    expect(splitEvents([], 2)).toEqual([]);
    expect(splitEvents([due()], 2)).toEqual([]);
  });
});
