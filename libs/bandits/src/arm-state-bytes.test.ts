import { anArm, aPolicy } from '../tests/policies';
import { emptyArmState } from './arm-state';
import { decodeArmStates, encodeArmStates } from './arm-state-bytes';

const linear = aPolicy('linucb');
const states = ['zebra', 'Ärger', 'a'].map(
  (name, at) => anArm(linear, name, [at, 1], { context: [0.25 * at, -3] }).state,
);

describe('the bytes of arm states', () => {
  it('give the states back, in the order of their names', () => {
    const back = decodeArmStates(encodeArmStates(states));
    expect(back.map(({ arm }) => arm)).toEqual(['a', 'zebra', 'Ärger']);
    expect(back).toEqual([states[2], states[0], states[1]]);
    expect(decodeArmStates(encodeArmStates([]))).toEqual([]);
  });

  it('are equal for equal states, in whatever order they come and whichever sign a zero has', () => {
    const bytes = encodeArmStates(states);
    expect(encodeArmStates(states.toReversed())).toEqual(bytes);
    const state = emptyArmState(aPolicy('softmax'), 'a');
    expect(encodeArmStates([{ ...state, rewardSum: -0 }])).toEqual(encodeArmStates([state]));
    expect(encodeArmStates([{ ...state, rewardSum: 1e-300 }])).not.toEqual(encodeArmStates([state]));
  });

  it('have a layout that does not change by itself', () => {
    const state = { ...emptyArmState(aPolicy('softmax'), 'a'), selectionCount: 1 };
    const hex = Buffer.from(encodeArmStates([state])).toString('hex');
    expect(hex).toBe(`4142530101000000${'01000000'}${'00000000'}61${'000000000000f03f'}${'00'.repeat(56)}`);
  });

  it.each([
    ['empty', (bytes: Uint8Array) => bytes.subarray(0, 0)],
    ['cut', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['cut before a state', (bytes: Uint8Array) => bytes.subarray(0, 10)],
    ['too long', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
    ['foreign', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
  ])('are refused when %s', (_, change) => {
    expect(() => decodeArmStates(change(encodeArmStates(states)))).toThrow(
      expect.objectContaining({ code: 'data_loss.arm_states' }),
    );
  });
});
