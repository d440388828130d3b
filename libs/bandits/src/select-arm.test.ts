import { seededRandom } from '@attune/testkit';
import { anArm, aPolicy, clicks } from '../tests/policies';
import { drawIndex, selectArm } from './select-arm';

describe('selectArm', () => {
  it('chooses as often as it says', () => {
    const rules = aPolicy('softmax', { explorationFloor: 0.05, settings: { temperature: 0.5 } });
    const arms = [anArm(rules, 'a', clicks(5, 10)), anArm(rules, 'b', clicks(1, 10)), anArm(rules, 'c')];
    const random = seededRandom(1);
    const chosen = new Float64Array(3);
    const draws = 20_000;
    let told = new Float64Array(3);
    for (let draw = 0; draw < draws; draw++) {
      const { armIndex, arm, propensity, probabilities } = selectArm({ rules, arms, atMs: 0, random });
      chosen[armIndex]!++;
      told = Float64Array.from(probabilities);
      expect(propensity).toBe(probabilities[armIndex]);
      expect(arm).toBe(arms[armIndex]!.state.arm);
    }
    for (const [arm, probability] of told.entries()) {
      // 4.5 standard errors
      expect(Math.abs(chosen[arm]! / draws - probability)).toBeLessThan(4.5 * Math.sqrt(probability / draws));
    }
  });

  it('never draws what has no probability', () => {
    expect(drawIndex(Float64Array.of(0, 1, 0), 0)).toBe(1);
    expect(drawIndex(Float64Array.of(0, 0.5, 0.4999999, 0), 0.9999999999)).toBe(2);
  });
});
