import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Something that does one round of work and says how many milliseconds it took. */
export interface Contestant {
  step(): Promise<number>;
  close(): Promise<void>;
}

const EIGEN_FOLDERS = ['/usr/include/eigen3', '/usr/local/include/eigen3', '/opt/homebrew/include/eigen3'];

/** A folder for what a bench compiles and hands to its yardsticks; gone at exit. */
export const YARDSTICK_FOLDER = mkdtempSync(join(tmpdir(), 'attune-yardstick-'));
process.on('exit', () => rmSync(YARDSTICK_FOLDER, { recursive: true, force: true }));

/** The program of bench/yardsticks/NAME.cpp, compiled for this machine; undefined, and said aloud, where that cannot be done. */
export function compileYardstick(
  name: string,
  { needsEigen = false, moreFlags = [] as readonly string[] } = {},
): string | undefined {
  const skip = (why: string) => {
    console.log(`SKIPPED: the comparison with C++, because ${why}`);
    return undefined;
  };
  const eigen = EIGEN_FOLDERS.find((folder) => existsSync(folder));
  if (spawnSync('g++', ['--version']).status !== 0) return skip('there is no g++');
  if (needsEigen && eigen === undefined) return skip('Eigen is not there (Debian: libeigen3-dev)');
  const program = join(YARDSTICK_FOLDER, name);
  const source = join(import.meta.dirname, 'yardsticks', `${name}.cpp`);
  const flags = ['-O3', '-march=native', '-std=c++17', '-pthread', '-DEIGEN_DONT_PARALLELIZE'];
  const more = needsEigen ? [...moreFlags, `-I${eigen}`] : moreFlags;
  const { status, stderr } = spawnSync('g++', [...flags, ...more, source, '-o', program], { encoding: 'utf8' });
  return status === 0 ? program : skip(`it does not compile: ${stderr.slice(0, 500)}`);
}

/** A compiled yardstick: answers each line on its input by a line that begins with milliseconds. */
export class Yardstick implements Contestant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** The line that it answered last. */
  answer = '';

  constructor(program: string, args: readonly (string | number)[]) {
    this.#child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async step(): Promise<number> {
    this.#child.stdin!.write('go\n');
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the yardstick ended');
    this.answer = value;
    return Number(value.split(' ')[0]);
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
  }
}

/**
 * Lets contestants take turns of a few steps, and gives each one's times without those of the first round, which also warms up.
 * Several steps in a row, because threads that have just begun may share a core for a moment.
 */
export async function alternate<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  { rounds, steps }: { readonly rounds: number; readonly steps: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      for (let step = 0; step < steps; step++) {
        const took = await contestants[name].step();
        if (round > 0) times[name].push(took);
      }
    }
  }
  for (const name of names) await contestants[name].close();
  return times;
}

/** The middle of some times. */
export function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!;
}
