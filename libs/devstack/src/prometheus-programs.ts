import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { debianPackage } from './debian-package';

/** The programs of Prometheus: what checks and tries rules, and the server. */
export interface PrometheusPrograms {
  readonly promtool: string;
  readonly prometheus: string;
}

/** Prometheus of the PATH, else of Debian's package unpacked into the cache folder; undefined where neither can be had. */
export function findPrometheus(cache: string, notice: (message: string) => void): PrometheusPrograms | undefined {
  if (runs('promtool') && runs('prometheus')) return { promtool: 'promtool', prometheus: 'prometheus' };
  // The package depends on libraries for its old web pages, which nobody asks for here.
  return debianPackage({
    cacheFolder: cache,
    name: 'prometheus',
    folder: 'prometheus',
    withDependencies: false,
    usable,
    notice,
  });
}

function usable(home: string): PrometheusPrograms | undefined {
  const [promtool, prometheus] = ['promtool', 'prometheus'].map((name) => join(home, 'usr', 'bin', name));
  return runs(promtool!) && runs(prometheus!) ? { promtool: promtool!, prometheus: prometheus! } : undefined;
}

function runs(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}
