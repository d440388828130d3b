import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@attune/errors';
import { debianRedis } from './debian-redis';
import { majorOf } from './redis-version';

/** A Redis server program that was seen to run here. */
export interface RedisProgram {
  readonly origin: 'path' | 'debian-package' | 'javascript';
  readonly command: string;
  readonly args: (port: number, folder: string, durable: boolean) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const LEAST_MAJOR = 7;

/**
 * The first that works of: `redis-server` on the PATH (7 or later), Debian's package unpacked into the cache folder,
 * js-redis-server from npm. `notice` tells about long steps and about what the choice costs.
 */
export function findRedis(cacheFolder: string, notice: (message: string) => void): RedisProgram {
  const onPath = majorOf('redis-server', {});
  if (onPath !== undefined && onPath >= LEAST_MAJOR) return native('path', 'redis-server', {});
  if (onPath !== undefined)
    notice(`the redis-server on the PATH is version ${onPath}; ${LEAST_MAJOR} or later is needed`);
  const unpacked = debianRedis(cacheFolder, notice);
  if (unpacked !== undefined) return native('debian-package', unpacked.command, unpacked.env);
  return javascript(notice);
}

function native(origin: RedisProgram['origin'], command: string, env: Readonly<Record<string, string>>): RedisProgram {
  return {
    origin,
    command,
    env,
    args: (port, folder, durable) => [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', durable ? 'yes' : 'no', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'],
    ],
  };
}

function javascript(notice: (message: string) => void): RedisProgram {
  try {
    const entry = createRequire(__filename).resolve('js-redis-server');
    notice(
      'WARNING: no Redis was found and none could be unpacked, so a stand-in written in JavaScript runs. It is slow and keeps ' +
        'NOTHING when the stack stops: events that were not handled yet, queues and caches are lost. ' +
        'Install redis-server 7 or later, or set REDIS_URL.',
    );
    const cli = join(dirname(entry), 'cli.js');
    return { origin: 'javascript', command: process.execPath, args: (port) => [cli, '--port', String(port)], env: {} };
  } catch (cause) {
    throw new AppError(
      'unavailable.redis_binary',
      'no Redis was found: install redis-server 7 or later, or set REDIS_URL',
      {
        cause,
      },
    );
  }
}
