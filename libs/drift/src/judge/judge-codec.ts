import { AppError } from '@attune/errors';
import { ByteReader } from '../sketch/byte-reader';
import { ByteWriter } from '../sketch/byte-writer';
import type { JudgeState, Remembered } from './judge-state';
import type { ScoreDay } from './score-history';
import { type WindowVerdict, withReason } from './window-judgement';

const VERSION = 1;
/** Several times as much as two histories of four weeks take. */
const MOST_BYTES = 65_536;
const VERDICTS: readonly WindowVerdict[] = ['insufficient_data', 'calm', 'odd', 'drift'];

/** As bytes, a version first; some 10 kB after four weeks. */
export function encodeJudgeState(state: JudgeState): Uint8Array {
  const { first, latest, recent, calmRun, unconfirmed, byDays, byWeeks } = state;
  const writer = new ByteWriter();
  writer.byte(VERSION);
  writer.double(first);
  writer.double(latest.at.getTime());
  writer.byte(VERDICTS.indexOf(latest.verdict));
  writer.byte(Number(latest.hasBegun));
  writer.double(latest.since?.getTime() ?? Number.NaN);
  writeAll(writer, latest.scores, ({ name, value, bound, isOdd }) => {
    writer.text(name);
    for (const number of [value, bound]) writer.double(number);
    writer.byte(Number(isOdd));
  });
  writeAll(writer, recent, ({ at, odd }) => {
    writer.double(at);
    writeAll(writer, [...odd], (name) => writer.text(name));
  });
  writer.whole(calmRun);
  writeAll(writer, unconfirmed === undefined ? [] : [unconfirmed], (one) => writeRemembered(writer, one));
  for (const days of [byDays, byWeeks]) writeDays(writer, days);
  return writer.finish();
}

/** Reads what `encodeJudgeState` wrote. Throws an `invalid` error for other bytes. */
export function decodeJudgeState(bytes: Uint8Array): JudgeState {
  if (bytes.length > MOST_BYTES) throw unreadable(`it has ${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw unreadable(`it is of version ${version}`);
  const first = reader.double();
  const at = new Date(reader.double());
  const verdict = VERDICTS[reader.byte()];
  if (verdict === undefined) throw unreadable('it has a verdict that is not known');
  const hasBegun = reader.byte() === 1;
  const since = reader.double();
  const scores = readAll(reader, () => {
    const [name, value, bound] = [reader.text(), reader.double(), reader.double()];
    return { name, value, bound, isOdd: reader.byte() === 1 };
  });
  const latest = withReason({ at, verdict, hasBegun, since: Number.isNaN(since) ? null : new Date(since), scores });
  const recent = readAll(reader, () => {
    const begin = reader.double();
    return { at: begin, odd: new Set(readAll(reader, () => reader.text())) };
  });
  const calmRun = reader.whole();
  const [unconfirmed] = readAll(reader, () => readRemembered(reader));
  const [byDays, byWeeks] = [readDays(reader), readDays(reader)];
  reader.end();
  return { first, latest, recent, calmRun, unconfirmed, byDays, byWeeks };
}

function writeRemembered(writer: ByteWriter, { at, byWeeks, scores }: Remembered): void {
  writer.double(at);
  writer.byte(Number(byWeeks));
  writeAll(writer, scores, ({ name, value, chance, chanceSquare, gate, bound }) => {
    writer.text(name);
    for (const number of [value, chance, chanceSquare, gate, bound]) writer.double(number);
  });
}

function readRemembered(reader: ByteReader): Remembered {
  const [at, byWeeks] = [reader.double(), reader.byte() === 1];
  const scores = readAll(reader, () => ({
    ...{ name: reader.text(), value: reader.double(), chance: reader.double() },
    ...{ chanceSquare: reader.double(), gate: reader.double(), bound: reader.double() },
  }));
  return { at, byWeeks, scores };
}

function writeDays(writer: ByteWriter, all: ReadonlyMap<string, readonly ScoreDay[]>): void {
  writeAll(writer, [...all], ([name, days]) => {
    writer.text(name);
    writeAll(writer, days, ({ from, to, weight, excess }) => {
      for (const number of [from, to, weight, excess]) writer.double(number);
    });
  });
}

function readDays(reader: ByteReader): ReadonlyMap<string, readonly ScoreDay[]> {
  const readDay = () => ({
    ...{ from: reader.double(), to: reader.double(), weight: reader.double(), excess: reader.double() },
  });
  return new Map(readAll(reader, () => [reader.text(), readAll(reader, readDay)] as const));
}

function writeAll<T>(writer: ByteWriter, all: readonly T[], write: (one: T) => void): void {
  writer.whole(all.length);
  for (const one of all) write(one);
}

/** A count that is not true ends where the bytes end. */
function readAll<T>(reader: ByteReader, read: () => T): T[] {
  const all: T[] = [];
  for (let left = reader.whole(); left > 0; left--) all.push(read());
  return all;
}

function unreadable(why: string): AppError {
  return new AppError('invalid.judge', `what a judge has written down cannot be read: ${why}`);
}
