import { aRequest, aUser } from '../../../tests/fixtures/a-request';
import { alreadySeenFilter } from './already-seen-filter';
import { excludedFilter } from './excluded-filter';
import { hiddenFilter } from './hidden-filter';

describe('alreadySeenFilter', () => {
  it('removes what was seen and nothing else', () => {
    const removes = alreadySeenFilter.removes(aRequest(), aUser({ seen: ['a'] }))!;
    expect(['a', 'b'].filter(removes)).toEqual(['a']);
  });

  it('does not apply to a caller that asks for seen items', () => {
    const request = aRequest({ includeSeen: true });
    expect(alreadySeenFilter.removes(request, aUser({ seen: ['a'] }))).toBeUndefined();
    expect(alreadySeenFilter.limit(request, aUser({ seen: ['a'] }))).toBe(0);
  });
});

describe('hiddenFilter', () => {
  it('removes what was hidden, also for a caller that asks for seen items', () => {
    const removes = hiddenFilter.removes(aRequest({ includeSeen: true }), aUser({ seen: [], hidden: ['h'] }))!;
    expect(['h', 'b'].filter(removes)).toEqual(['h']);
  });
});

describe('excludedFilter', () => {
  it('removes what the caller excludes', () => {
    const request = aRequest({ excludedItemIds: new Set(['x']) });
    expect(['x', 'b'].filter(excludedFilter.removes(request, aUser())!)).toEqual(['x']);
    expect(excludedFilter.limit(request, aUser())).toBe(1);
  });
});
