import { parsePolicySettings, settingNamesOf } from './parse-policy-settings';
import { POLICY_KINDS, type PolicyKind } from './policy-rules';

describe('parsePolicySettings', () => {
  it.each(POLICY_KINDS)('has defaults for %s', (kind) => {
    expect(parsePolicySettings(kind, undefined)).toMatchObject({ epsilon: 0.1, temperature: 0.1, alpha: 1, ridge: 1 });
    expect(parsePolicySettings(kind, {}).halfLifeHours).toBeUndefined();
  });

  it('takes what was sent in place of the default', () => {
    expect(parsePolicySettings('epsilon_greedy', { epsilon: 0, halfLifeHours: 24 })).toMatchObject({
      epsilon: 0,
      halfLifeHours: 24,
    });
    expect(settingNamesOf('linucb')).toEqual(['alpha', 'ridge', 'halfLifeHours']);
  });

  it('tells all violations at once', () => {
    const parse = () =>
      parsePolicySettings('softmax', { temperature: 0, epsilon: 0.1, colour: 'red', halfLifeHours: '5' });
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'invalid.policy',
        violations: [
          { field: 'settings.temperature', description: 'must be a number from 0.000001 to 1e9' },
          { field: 'settings.epsilon', description: expect.stringContaining('is no setting of softmax') },
          { field: 'settings.colour', description: expect.stringContaining('is no setting') },
          { field: 'settings.halfLifeHours', description: expect.stringContaining('must be a number') },
        ],
      }),
    );
  });

  it.each([
    ['a list', []],
    ['a word', 'fast'],
    ['NaN', { temperature: Number.NaN }],
    ['an infinite number', { temperature: Number.POSITIVE_INFINITY }],
    ['a name that every object has', { constructor: 1 }],
  ])('refuses %s', (_, given) => {
    expect(() => parsePolicySettings('softmax', given)).toThrow(expect.objectContaining({ code: 'invalid.policy' }));
  });

  it('refuses a kind that there is not', () => {
    expect(() => parsePolicySettings('magic' as PolicyKind, {})).toThrow(/must be one of thompson_beta/);
  });
});
