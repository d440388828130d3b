import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { debianPackage } from './debian-package';
import { majorOf } from './redis-version';

/** Debian's redis-server, unpacked without installing anything: the program and the environment that it needs. */
export interface UnpackedRedis {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Redis from Debian's package, with the libraries that the machine lacks, in `<cache>/redis-<arch>`; undefined where it cannot be had. */
export function debianRedis(cacheFolder: string, notice: (message: string) => void): UnpackedRedis | undefined {
  return debianPackage({
    cacheFolder,
    name: 'redis-server',
    folder: 'redis',
    withDependencies: true,
    usable: usableRedis,
    notice,
  });
}

function usableRedis(home: string): UnpackedRedis | undefined {
  const command = ['redis-server', 'redis-check-rdb'].map((name) => join(home, 'usr', 'bin', name)).find(existsSync);
  if (command === undefined) return undefined;
  const lib = join(home, 'usr', 'lib');
  const folders = readdirSync(lib, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const paths = [lib, ...folders.map((entry) => join(lib, entry.name)), process.env.LD_LIBRARY_PATH ?? ''];
  const env = { LD_LIBRARY_PATH: paths.filter((path) => path !== '').join(':') };
  return majorOf(command, env) === undefined ? undefined : { command, env };
}
