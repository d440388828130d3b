import { AppError } from '@attune/errors';
import type { ArmState } from './arm-state';

/** "ABS" and the version of the layout. */
const MAGIC = 0x0153_4241;
const NUMBERS = [
  'selectionCount',
  'outcomeCount',
  'rewardCount',
  'landmarkMs',
  'latestMs',
  'weight',
  'rewardSum',
  'squareSum',
] as const satisfies readonly (keyof ArmState)[];

/**
 * Canonical bytes: a magic word, then per arm, in the order of their names' UTF-8, the name's length and the dimension d (uint32), the
 * name, 8 float64 and the d (d + 1) / 2 + d of Gram matrix and moment; all little-endian. Equal states have equal bytes.
 */
export function encodeArmStates(states: readonly ArmState[]): Uint8Array {
  const named = states.map((state) => ({ state, name: Buffer.from(state.arm, 'utf8') }));
  named.sort((a, b) => Buffer.compare(a.name, b.name));
  const bytes = named.reduce((sum, { state, name }) => sum + bytesOf(name.length, state.moment.length), 8);
  const out = Buffer.alloc(bytes);
  out.writeUInt32LE(MAGIC, 0);
  out.writeUInt32LE(named.length, 4);
  let at = 8;
  for (const { state, name } of named) {
    out.writeUInt32LE(name.length, at);
    out.writeUInt32LE(state.moment.length, at + 4);
    at += 8 + name.copy(out, at + 8);
    for (const value of [...NUMBERS.map((field) => state[field]), ...state.gram, ...state.moment]) {
      // -0 and 0 are equal, so their bytes are
      at = out.writeDoubleLE(value === 0 ? 0 : value, at);
    }
  }
  return new Uint8Array(out.buffer, out.byteOffset, out.length);
}

/** What `encodeArmStates` wrote, in the order of the names. Throws `data_loss.arm_states` for bytes that it did not write. */
export function decodeArmStates(bytes: Uint8Array): ArmState[] {
  const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (from.length < 8 || from.readUInt32LE(0) !== MAGIC) throw broken('they do not begin as such states do');
  const states: ArmState[] = [];
  let at = 8;
  for (let count = from.readUInt32LE(4); count > 0; count--) {
    if (at + 8 > from.length) throw broken('they end too early');
    const [nameBytes, dimension] = [from.readUInt32LE(at), from.readUInt32LE(at + 4)];
    const end = at + bytesOf(nameBytes, dimension);
    if (end > from.length) throw broken('they end too early');
    states.push(stateOf(from.subarray(at + 8, end), nameBytes, dimension));
    at = end;
  }
  if (at !== from.length) throw broken('they go on behind the last state');
  return states;
}

function stateOf(part: Buffer, nameBytes: number, dimension: number): ArmState {
  const count = (part.length - nameBytes) / 8;
  const values = Float64Array.from({ length: count }, (_, at) => part.readDoubleLE(nameBytes + 8 * at));
  const numbers = Object.fromEntries(NUMBERS.map((field, at) => [field, values[at]!]));
  const gramEnd = count - dimension;
  return {
    arm: part.toString('utf8', 0, nameBytes),
    ...(numbers as Pick<ArmState, (typeof NUMBERS)[number]>),
    gram: values.slice(NUMBERS.length, gramEnd),
    moment: values.slice(gramEnd),
  };
}

function bytesOf(nameBytes: number, dimension: number): number {
  return 8 + nameBytes + 8 * (NUMBERS.length + (dimension * (dimension + 1)) / 2 + dimension);
}

function broken(how: string): AppError {
  return new AppError(
    'data_loss.arm_states',
    `the bytes are no arm states: ${how}; rebuild them from the log of rewards`,
  );
}
