// Where things lie and with which environment the tools of others are run. Node 18 must be able to read this.
const { accessSync, constants, existsSync, mkdirSync } = require('node:fs');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..', '..');

/** The folder for what can be fetched again: the same choice as libs/devstack/src/cache-folder.ts makes. */
function cacheFolder(env = process.env) {
  const candidates = [
    env.ATTUNE_CACHE_DIR,
    env.XDG_CACHE_HOME && join(env.XDG_CACHE_HOME, 'attune'),
    env.HOME && join(env.HOME, '.cache', 'attune'),
  ];
  const chosen = candidates.find((folder) => folder && canWrite(folder)) || join(root, '.cache');
  mkdirSync(chosen, { recursive: true });
  return chosen;
}

/** The environment for npm, pnpm and turbo; where HOME cannot be written, they keep their caches in ours. */
function toolEnvironment(env = process.env) {
  const tools = {
    ...env,
    PATH: [join(root, 'node_modules', '.bin'), env.PATH].filter(Boolean).join(process.platform === 'win32' ? ';' : ':'),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    npm_config_update_notifier: 'false',
  };
  if (env.HOME && canWrite(env.HOME)) return tools;
  const home = join(cacheFolder(env), 'home');
  mkdirSync(home, { recursive: true });
  const npmrc = env.HOME && join(env.HOME, '.npmrc');
  // Who has settings for npm keeps them: without them a company's mirror would not be found.
  if (npmrc && existsSync(npmrc)) tools.npm_config_userconfig = npmrc;
  for (const name of ['XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME']) delete tools[name];
  return { ...tools, HOME: home, npm_config_cache: join(home, '.npm') };
}

function canWrite(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports = { root, cacheFolder, toolEnvironment };
