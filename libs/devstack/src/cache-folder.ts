import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder for things that can be fetched again, shared by every checkout of this user: the first that can be written of
 * `ATTUNE_CACHE_DIR`, `XDG_CACHE_HOME/attune`, `HOME/.cache/attune` and `.cache` in the checkout.
 */
export function cacheFolder(root: string, env: NodeJS.ProcessEnv): string {
  const candidates = [
    env.ATTUNE_CACHE_DIR,
    env.XDG_CACHE_HOME && join(env.XDG_CACHE_HOME, 'attune'),
    env.HOME && join(env.HOME, '.cache', 'attune'),
  ];
  const usable = candidates.find((folder) => folder !== undefined && folder !== '' && canWrite(folder));
  const chosen = usable ?? join(root, '.cache');
  mkdirSync(chosen, { recursive: true });
  return chosen;
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
