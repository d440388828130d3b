import { EXPLORE, HOME } from './built-in-surfaces';
import { surfaceUnder, variantEffects } from './variant-effects';

const of = (parameters: Readonly<Record<string, string>>) => variantEffects(parameters, { interactionTypes: ['like'] });

describe('what a variant changes', () => {
  it('is nothing without parameters', () => {
    expect(of({})).toEqual({
      ...{ strategy: undefined, surface: undefined, settings: {}, models: {}, passed: {}, problems: [] },
    });
  });

  it('is read from its parameters, and what serving does not know is passed on', () => {
    const effects = of({
      strategy: 'content_based',
      policy: 'strategies',
      surface: 'explore',
      'surface.exploration': '{"share":0.2}',
      'surface.rankDepth': '50',
      'model.als': '3',
      'button-color': 'green',
    });
    expect(effects).toEqual({
      strategy: 'content_based',
      surface: 'explore',
      settings: { policy: 'strategies', exploration: { share: 0.2 }, rankDepth: 50 },
      models: { als: '3' },
      passed: { 'button-color': 'green' },
      problems: [],
    });
  });

  it.each([
    [{ strategy: 'magic' }, /strategy "magic" is none; there are collaborative_filtering/],
    [{ policy: 'Not A Name' }, /policy: settings.policy is "Not A Name"/],
    [{ 'surface.exploration': '{"share":2}' }, /surface.exploration: settings.exploration.share is 2/],
    [{ 'surface.magic': '1' }, /surface.magic: settings.magic is not known here/],
    [{ 'surface.pins': '[' }, /surface.pins is no JSON/],
    [{ 'surface.seenHours': '{"look":1}' }, /is no type of interaction/],
  ])('is nothing where %j cannot be understood, and says so', (parameters, problem) => {
    const { problems, ...effects } = of(parameters);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(effects).toMatchObject({ strategy: undefined, surface: undefined, settings: {}, models: {}, passed: {} });
  });

  it('is only what is wrong of several that are not', () => {
    expect(of({ strategy: 'magic', 'surface.rankDepth': '50' })).toMatchObject({ settings: { rankDepth: 50 } });
  });
});

describe('a surface under a variant', () => {
  it('keeps its name and whatever the variant does not name', () => {
    const surface = surfaceUnder({ ...HOME, version: 4 }, undefined, { exploration: { share: 0.5 } });
    expect(surface).toEqual({ ...HOME, version: 4, exploration: { ...HOME.exploration, share: 0.5 } });
  });

  it('is made like another one, with the version of that', () => {
    const surface = surfaceUnder(HOME, { ...EXPLORE, version: 9 }, { rankDepth: 5 });
    expect(surface).toEqual({ ...EXPLORE, name: 'home', version: 9, rankDepth: 5 });
  });
});
