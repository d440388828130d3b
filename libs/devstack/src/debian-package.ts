import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Which package of Debian, and what is made of it once it lies in a folder. */
export interface DebianPackageOptions<T> {
  readonly cacheFolder: string;
  /** The package; it lies in `<cache>/<folder>-<arch>`. */
  readonly name: string;
  readonly folder: string;
  /** Whether the packages that it depends on, and the machine lacks, are unpacked too. */
  readonly withDependencies: boolean;
  /** What is there, if it works; undefined where the folder is missing or its programs do not run. */
  usable(home: string): T | undefined;
  readonly notice: (message: string) => void;
}

const LIST_UPDATE_TIMEOUT_MS = 120_000;

/**
 * A package of Debian unpacked into the cache folder without installing anything; undefined where there is no apt or no network. Needs
 * no rights. Two checkouts may do this at once: each unpacks beside, and the first move wins.
 */
export function debianPackage<T>(options: DebianPackageOptions<T>): T | undefined {
  const { cacheFolder, name, folder, usable, notice } = options;
  const home = join(cacheFolder, `${folder}-${process.arch}`);
  const cached = usable(home);
  if (cached !== undefined) return cached;
  if (spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined;
  notice(`fetching Debian's ${name} package (once; it is unpacked into the cache folder, not installed)`);
  const draft = mkdtempSync(join(cacheFolder, `${folder}-draft-`));
  try {
    const unpacked = join(draft, 'root');
    if (!fetchAndUnpack(draft, unpacked, options)) return undefined;
    // A folder that stopped working, for instance after an upgrade of the system, makes way.
    if (existsSync(home) && usable(home) === undefined) rmSync(home, { recursive: true, force: true });
    moveUnlessThere(unpacked, home);
    return usable(home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

type Wanted = Pick<DebianPackageOptions<unknown>, 'name' | 'withDependencies'>;

function fetchAndUnpack(draft: string, target: string, wanted: Wanted): boolean {
  // First with the lists that the machine has; where they are missing or too old, with lists of our own.
  const attempts = [() => [] as string[], () => privateLists(draft)];
  for (const options of attempts) {
    const packages = download(draft, options(), wanted);
    if (packages.length === 0) continue;
    mkdirSync(target, { recursive: true });
    for (const file of packages) {
      execFileSync('dpkg-deb', ['-x', join(draft, file), target], { stdio: 'ignore' });
    }
    return true;
  }
  return false;
}

function download(draft: string, options: readonly string[], wanted: Wanted): readonly string[] {
  const names = wanted.withDependencies ? missingPackages(draft, options, wanted.name) : [wanted.name];
  if (names.length === 0) return [];
  if (run(draft, [...options, 'download', ...names]) === undefined) return [];
  return readdirSync(draft).filter((name) => name.endsWith('.deb'));
}

function missingPackages(draft: string, options: readonly string[], name: string): readonly string[] {
  const plan = run(draft, [...options, '-s', 'install', '--no-install-recommends', name]) ?? '';
  return [...plan.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)].map((match) => `${match[1]}=${match[2]}`);
}

function privateLists(draft: string): string[] {
  const state = join(draft, 'apt-state');
  const cache = join(draft, 'apt-cache');
  for (const folder of [join(state, 'lists', 'partial'), join(cache, 'archives', 'partial')]) {
    mkdirSync(folder, { recursive: true });
  }
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
    `Dir::Cache::archives=${join(cache, 'archives')}`,
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  // Some of the machine's other sources may not answer; what counts is whether the download works afterwards.
  run(draft, [...options, 'update', '-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::Retries=1']);
  return options;
}

function run(folder: string, args: readonly string[]): string | undefined {
  const asRoot = process.getuid?.() === 0 ? ['-o', 'APT::Sandbox::User=root'] : [];
  const result = spawnSync('apt-get', [...asRoot, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    timeout: LIST_UPDATE_TIMEOUT_MS,
  });
  return result.status === 0 ? result.stdout : undefined;
}

function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}
