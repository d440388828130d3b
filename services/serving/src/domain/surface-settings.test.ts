import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppError } from '@attune/errors';
import { BUILT_IN_SURFACES, HOME } from './built-in-surfaces';
import { completeSurface, describeSurfaceSettings, parseSurfaceSettings, settingsOfSurface } from './surface-settings';

const vocabulary = { interactionTypes: ['view', 'click', 'like', 'comment', 'share', 'save', 'rating', 'dislike'] };
const parse = (values: unknown) => parseSurfaceSettings(values, vocabulary);

function violationsOf(values: unknown): Record<string, string> {
  try {
    parse(values);
  } catch (error) {
    return Object.fromEntries((error as AppError).violations.map(({ field, description }) => [field, description]));
  }
  return {};
}

describe('parseSurfaceSettings', () => {
  it('takes nothing at all, since everything is optional', () => {
    expect(parse({})).toEqual({});
  });

  it.each<[string, unknown, string, RegExp]>([
    ['an unknown field', { quotas: {} }, 'settings.quotas', /there are sources, seenHours/],
    ['an unknown source', { sources: { magic: 5 } }, 'settings.sources.magic', /there are collaborative, item_item/],
    ['an unknown strategy', { strategies: { best: 1 } }, 'settings.strategies.best', /hybrid/],
    ['an unknown part', { blends: { hybrid: { luck: 1 } } }, 'settings.blends.hybrid.luck', /collaborative, content/],
    ['a quota of none', { sources: { fresh: 0 } }, 'settings.sources.fresh', /is 0: a whole number from 1 to 500/],
    ['a quota of too many', { sources: { fresh: 501 } }, 'settings.sources.fresh', /is 501/],
    ['a quota that is a text', { sources: { fresh: '5' } }, 'settings.sources.fresh', /is "5"/],
    ['half a candidate', { sources: { fresh: 1.5 } }, 'settings.sources.fresh', /whole number/],
    ['no source', { sources: {} }, 'settings.sources', /one at least/],
    ['a probability above 1', { strategies: { hybrid: 2 } }, 'settings.strategies.hybrid', /from 0 to 1/],
    ['probabilities of 0.9', { strategies: { hybrid: 0.4, rule_based: 0.5 } }, 'settings.strategies', /up to 0.9;/],
    ['no strategy', { strategies: {} }, 'settings.strategies', /add up to 0/],
    ['a blend of nothing', { blends: { hybrid: { content: 0 } } }, 'settings.blends.hybrid', /no weight above 0/],
    ['rules of nothing', { rules: {} }, 'settings.rules', /no weight above 0/],
    ['a negative weight', { rules: { trust: -1 } }, 'settings.rules.trust', /from 0 to 1000/],
    [
      'an unknown type',
      { seenHours: { stare: 1 } },
      'settings.seenHours.stare',
      /no type of interaction; there are view/,
    ],
    ['hours below 0', { seenHours: { view: -1 } }, 'settings.seenHours.view', /or "forever"/],
    ['a badly named type', { seenHours: { 'A B': 1 } }, 'settings.seenHours.A B', /lower-case/],
    ['a boost of 0', { boosts: [{ tag: 'a', factor: 0 }] }, 'settings.boosts[0].factor', /above 0/],
    ['a boost without factor', { boosts: [{ tag: 'a' }] }, 'settings.boosts[0].factor', /is missing/],
    [
      'a boost of two things',
      { boosts: [{ tag: 'a', category: 'b', factor: 2 }] },
      'settings.boosts[0]',
      /exactly one/,
    ],
    ['a pin in a place below 0', { pins: [{ itemId: 'a', position: -1 }] }, 'settings.pins[0].position', /0 to 499/],
    [
      'a pin until no time',
      { pins: [{ itemId: 'a', position: 0, until: 'soon' }] },
      'settings.pins[0].until',
      /"soon"/,
    ],
    [
      'two pins in one place',
      { pins: ['a', 'b'].map((itemId) => ({ itemId, position: 3 })) },
      'settings.pins[1].position',
      /another pin/,
    ],
    [
      'an item that is pinned twice',
      { pins: [3, 4].map((position) => ({ itemId: 'a', position })) },
      'settings.pins[1].itemId',
      /twice/,
    ],
    [
      'too many pins',
      { pins: Array.from({ length: 51 }, (_, position) => ({ itemId: `i${position}`, position })) },
      'settings.pins',
      /has 51 entries of at most 50/,
    ],
    [
      'too many boosts',
      { boosts: Array.from({ length: 201 }, () => ({ tag: 'a', factor: 2 })) },
      'settings.boosts',
      /has 201 entries/,
    ],
    ['a policy with spaces', { policy: 'my policy' }, 'settings.policy', /dashes/],
    ['a list in the place of an object', { diversity: [] }, 'settings.diversity', /an object is needed/],
    ['a share that is no number', { engagementShare: Number.NaN }, 'settings.engagementShare', /NaN/],
    ['no object at all', 'home', 'settings', /an object is needed/],
  ])('refuses %s, and says where and why', (_, values, field, description) => {
    expect(violationsOf(values)).toEqual({ [field]: expect.stringMatching(description) });
  });

  it('reports everything that is wrong at once', () => {
    const wrong = { sources: { a: 1, b: 2, fresh: 0 }, engagementShare: 7, rankDepth: 0 };
    expect(Object.keys(violationsOf(wrong)).sort()).toEqual(
      ['engagementShare', 'rankDepth', 'sources.a', 'sources.b', 'sources.fresh'].map((name) => `settings.${name}`),
    );
  });

  it('takes probabilities that miss 1 by a rounding error', () => {
    expect(violationsOf({ strategies: { hybrid: 0.1, rule_based: 0.2, content_based: 0.7000000001 } })).toEqual({});
  });

  it('keeps a long wrong value out of the message', () => {
    expect(violationsOf({ policy: 'x'.repeat(10_000) })['settings.policy']!.length).toBeLessThan(200);
  });

  it('describes every field', () => {
    for (const { name, description } of describeSurfaceSettings())
      expect([name, description.length > 20]).toEqual([name, true]);
  });
});

it('is described in the README as in the code', () => {
  const readme = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');
  for (const { name, description } of describeSurfaceSettings())
    expect(readme).toContain(`| \`${name}\` | ${description} |`);
});

describe('completeSurface', () => {
  const complete = (settings: object) => completeSurface({ name: 'mine', version: 3, settings: parse(settings) }, HOME);

  it('leaves everything as built in where nothing was set', () => {
    expect(complete({})).toEqual({ ...HOME, name: 'mine', version: 3 });
  });

  it('takes the sources that were named and no others', () => {
    expect(complete({ sources: { trending: 10 } }).sources).toEqual({ trending: 10 });
  });

  it('knows hours without an end', () => {
    expect(complete({ seenHours: { like: 'forever', view: 2 } }).seenHours).toEqual({ like: Infinity, view: 2 });
  });

  it('changes the blend of one strategy and the parts of objects that were named', () => {
    const { blends, diversity, exploration } = complete({
      blends: { hybrid: { rules: 1 } },
      diversity: { author: 0.25 },
      exploration: { share: 0.2 },
    });
    expect(blends).toEqual({ ...HOME.blends, hybrid: { rules: 1 } });
    expect(diversity).toEqual({ ...HOME.diversity, author: 0.25 });
    expect(exploration).toEqual({ ...HOME.exploration, share: 0.2 });
  });

  it.each([...BUILT_IN_SURFACES.values()])('gives $name back through its settings, by way of JSON', (surface) => {
    const settings = JSON.parse(JSON.stringify(settingsOfSurface(surface)));
    expect(completeSurface({ name: surface.name, version: 0, settings: parse(settings) }, HOME)).toEqual(surface);
  });
});
