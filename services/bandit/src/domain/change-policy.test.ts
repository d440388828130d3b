import { aPolicy, KNOWN_AT } from '../../tests/fixtures/domain';
import { changePolicy } from './change-policy';
import { holdArms } from './hold-arms';
import type { Policy } from './policy';

const LATER = new Date(KNOWN_AT.getTime() + 1_000);
const by = { actor: 'operator', reason: 'because', at: LATER };
const change = (given: Partial<Policy>, before = aPolicy()) =>
  changePolicy(before, { ...before, ...given }, before.version, by);
const kindsOf = ({ changes }: ReturnType<typeof change>) =>
  changes.map((one) => [one.change, one.arm].join(' ').trim());

describe('changePolicy', () => {
  it('says what changed, and counts the version once', () => {
    const changed = change({ isEnabled: false, explorationFloor: 0.1 });
    expect(kindsOf(changed)).toEqual(['switched_off', 'updated']);
    expect(changed.policy).toMatchObject({ version: 2, isEnabled: false, explorationFloor: 0.1, createdAt: KNOWN_AT });
    expect(changed.changes[0]).toMatchObject({ actor: 'operator', reason: 'because', changedAt: LATER });
  });

  it('changes nothing where nothing is different, in whatever order settings come', () => {
    const before = aPolicy({ rewards: { click: 1, like: 0.5 } });
    const changed = change({ rewards: { like: 0.5, click: 1 } }, before);
    expect(changed).toEqual({ policy: before, changes: [] });
  });

  it('lets a held arm go, and remembers when, so that guardrails begin anew', () => {
    const held = holdArms(aPolicy(), [{ arm: 'right', reason: 'too many hides' }], KNOWN_AT);
    expect(held.changes).toMatchObject([{ actor: 'guardrail', change: 'arm_restrained', arm: 'right' }]);
    expect(held.policy.arms[1]).toMatchObject({ restrainedBecause: 'too many hides' });
    const arms = held.policy.arms.map((arm) => ({ ...arm, restrainedBecause: '' }));
    const released = change({ arms }, held.policy);
    expect(kindsOf(released)).toEqual(['arm_released right']);
    expect(released.policy.arms[1]).toMatchObject({ restrainedBecause: '', releasedAtMs: LATER.getTime() });
    expect(change({ explorationFloor: 0.1 }, released.policy).policy.arms[1]).toMatchObject({
      releasedAtMs: LATER.getTime(),
    });
  });

  it('holds no arm twice', () => {
    const breach = [{ arm: 'right', reason: 'too many hides' }];
    const { policy } = holdArms(aPolicy(), breach, KNOWN_AT);
    expect(holdArms(policy, breach, LATER)).toEqual({ policy, changes: [] });
  });

  it('refuses a change that is based on another version', () => {
    expect(() => changePolicy(aPolicy({ version: 3 }), aPolicy(), 2, by)).toThrow(/is at version 3.* based on 2/);
  });
});
