import { MODELS } from '@attune/recommenders';
import { championRecipe } from './champion';

const ALS = MODELS.get('als')!;
const settingsOf = (some: Readonly<Record<string, unknown>>) => ({ ...(ALS.settings.parse(some) as object) });
const methodBeside = (champion: Readonly<Record<string, unknown>>, settings: Readonly<Record<string, unknown>>) =>
  championRecipe(ALS, { version: 3, settings: champion }, settingsOf(settings))?.method;

describe('the recipe of the version in production', () => {
  it('is the same where all settings are, be they defaults or named', () => {
    expect(methodBeside({ rank: 64 }, { rank: 64, nu: 1 })).toBe('same_recipe');
    expect(methodBeside({ rank: 64 }, { rank: 32 })).toBe('recipe');
  });

  it('is the same where one version was told of a shift of taste and the other was not', () => {
    expect(methodBeside({}, { tastesSince: '2026-01-01T00:00:00Z' })).toBe('same_recipe');
  });

  it('is none where nothing serves, or where its settings mean nothing any more', () => {
    expect(championRecipe(ALS, undefined, settingsOf({}))).toBeUndefined();
    expect(methodBeside({ colour: 'green' }, {})).toBeUndefined();
  });
});
