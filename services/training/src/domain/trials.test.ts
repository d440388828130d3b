import { aVersion } from '../../tests/a-version';
import { canaryShareOf, requireRoom } from './trials';

describe('canaryShareOf', () => {
  it('gives a canary what was asked for, what it has, or one in twenty', () => {
    const canary = aVersion(1, { stage: 'canary', canaryShare: 0.3 });
    expect([canaryShareOf('canary', 0.5), canaryShareOf('canary', 0, canary), canaryShareOf('canary', 0)]).toEqual([
      0.5, 0.3, 0.05,
    ]);
  });

  it.each([-0.1, 0.51, Number.NaN, Number.POSITIVE_INFINITY])('refuses a share of %d', (share) => {
    expect(() => canaryShareOf('canary', share)).toThrow(
      expect.objectContaining({
        code: 'invalid.canary_share',
        violations: [expect.objectContaining({ field: 'canary_share' })],
      }),
    );
  });

  it('refuses a share of a stage that serves nobody, or everybody', () => {
    for (const stage of ['shadow', 'production', 'candidate'] as const)
      expect(() => canaryShareOf(stage, 0.1)).toThrow(/only a canary/);
    expect(canaryShareOf('shadow', 0)).toBeUndefined();
  });
});

describe('requireRoom', () => {
  const standing = [aVersion(1, { stage: 'canary', canaryShare: 0.1 }), aVersion(2, { stage: 'shadow' })];

  it('has room for one canary and two shadows, and says who is in the way', () => {
    expect(() => requireRoom(aVersion(3), 'canary', standing)).toThrow(/als v1 is the canary already.*move it/);
    expect(() => requireRoom(aVersion(3), 'shadow', standing)).not.toThrow();
    const full = [...standing, aVersion(4, { stage: 'shadow' })];
    expect(() => requireRoom(aVersion(3), 'shadow', full)).toThrow(/als v2 and als v4 are shadows already/);
  });

  it('lets a version stay where it is, and go where there are no limits', () => {
    expect(() => requireRoom(standing[0]!, 'canary', standing)).not.toThrow();
    expect(() => requireRoom(aVersion(3), 'production', standing)).not.toThrow();
  });
});
