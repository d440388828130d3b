import { listOf, settingLines, withoutPaths, withValues } from './surface-edits';

const complete = {
  sources: { trending: 100, fresh: 30 },
  blends: { hybrid: { content: 0.5, popularity: 0.5 }, rule_based: { rules: 1 } },
  diversity: { most: 0.3, author: 0.7 },
  policy: '',
  pins: [],
};
const untouched = { given: {}, complete };

describe('withValues', () => {
  it('brings along the other sources at the first change of one', () => {
    expect(withValues(untouched, { 'sources.trending': 200 })).toEqual({ sources: { trending: 200, fresh: 30 } });
  });

  it('changes what was given, and nothing else', () => {
    const given = { sources: { trending: 50 }, rankDepth: 10 };
    expect(withValues({ given, complete }, { 'sources.trending': 200 })).toEqual({
      ...given,
      sources: { trending: 200 },
    });
    expect(given.sources.trending).toBe(50);
  });

  it('gives only what was changed where serving completes it field by field', () => {
    expect(withValues(untouched, { 'diversity.most': 0.5, 'blends.hybrid.content': 1 })).toEqual({
      diversity: { most: 0.5 },
      blends: { hybrid: { content: 1, popularity: 0.5 } },
    });
  });

  it('gives whole values', () => {
    expect(withValues(untouched, { policy: 'home-feed', strategies: { hybrid: 1 } })).toEqual({
      policy: 'home-feed',
      strategies: { hybrid: 1 },
    });
  });

  it.each([['sources..fresh'], ['.'], ['policy.name']])('refuses the path %s', (path) => {
    expect(() => withValues(untouched, { [path]: 1 })).toThrow(expect.objectContaining({ code: 'invalid.path' }));
  });
});

describe('withoutPaths', () => {
  it('takes a source away', () => {
    expect(withoutPaths(untouched, ['sources.fresh'])).toEqual({ sources: { trending: 100 } });
  });

  it('gives a setting back to what is built in', () => {
    expect(withoutPaths({ given: { rankDepth: 5 }, complete }, ['rankDepth'])).toEqual({});
  });

  it('says that there is nothing to take away', () => {
    expect(() => withoutPaths(untouched, ['sources.magic'])).toThrow(/no sources.magic/);
  });
});

describe('settingLines', () => {
  it('writes settings as they can be set', () => {
    expect(settingLines({ ...complete, pins: [{ itemId: 'a' }] })).toEqual([
      'sources.trending=100',
      'sources.fresh=30',
      'blends.hybrid.content=0.5',
      'blends.hybrid.popularity=0.5',
      'blends.rule_based.rules=1',
      'diversity.most=0.3',
      'diversity.author=0.7',
      'pins=[{"itemId":"a"}]',
    ]);
  });
});

describe('listOf', () => {
  it('reads the pins that were given, else those that are there', () => {
    expect(listOf({ given: { pins: [1] }, complete }, 'pins')).toEqual([1]);
    expect(listOf(untouched, 'pins')).toEqual([]);
  });
});
