// Runs one long command and shows that it moves: a live line in a terminal, a plain line now and then elsewhere.
const { spawn } = require('node:child_process');

const KEEP_CHARACTERS = 32_000;
const PLAIN_EVERY_MS = 10_000;

/** A failure whose sentence is all that the user needs: no stack is printed. */
class SetupError extends Error {}

/** Runs a command to its end; rejects with a SetupError that says what to do. All output goes to standard error. */
async function runStep({ title, command, args, cwd, env }) {
  const startedAt = Date.now();
  const progress = showProgress(title, startedAt);
  try {
    const output = await collect({ command, args, cwd, env, onLine: progress.line });
    progress.done();
    return output;
  } catch (error) {
    progress.failed();
    throw error;
  }
}

function collect({ command, args, cwd, env, onLine }) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (data) => {
      const text = data.toString('utf8');
      output = (output + text).slice(-KEEP_CHARACTERS);
      onLine(text.trim().split('\n').pop());
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => reject(new SetupError(adviceFor(command, error.code, error.message))));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new SetupError(
            `${adviceFor(command, undefined, output)}\n${tail(output)}\n(${signal || `exit code ${code}`})`,
          ),
        );
    });
  });
}

const ADVICE = [
  [/ENOSPC|no space left/i, 'The disk is full: free some space (about 2 GB is needed) and run this again.'],
  [
    /ERR_PNPM_OUTDATED_LOCKFILE/,
    'pnpm-lock.yaml does not fit the package.json files: run "npx -y pnpm@10.34.9 install" and commit the lockfile.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL|FETCH_ERROR/,
    'The npm registry cannot be reached: check the network (and the proxy or registry in your npm settings), then run this again.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERT_HAS_EXPIRED/,
    "The npm registry's certificate is not trusted: set NODE_EXTRA_CA_CERTS to your network's certificate file.",
  ],
  [
    /EACCES|EPERM|EROFS/,
    'A file or folder cannot be written: check who owns this checkout, or set ATTUNE_CACHE_DIR to a folder of yours.',
  ],
];

function adviceFor(command, code, text) {
  if (code === 'ENOENT') return `"${command}" was not found: install Node.js 18 or later with npm, and run this again.`;
  const found = ADVICE.find(([pattern]) => pattern.test(text));
  return found ? found[1] : `"${command}" failed.`;
}

function tail(output) {
  return output
    .trimEnd()
    .split('\n')
    .slice(-25)
    .map((line) => `  | ${line}`)
    .join('\n');
}

function showProgress(title, startedAt) {
  const { CI, TERM } = process.env;
  const live = process.stderr.isTTY && TERM !== 'dumb' && !CI;
  let last = '';
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const draw = () => {
    const text = `  ... ${title} (${seconds()}) ${last}`;
    process.stderr.write(
      live ? `\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}` : `${text.slice(0, 160)}\n`,
    );
  };
  if (!live) process.stderr.write(`  ... ${title}\n`);
  const timer = setInterval(draw, live ? 200 : PLAIN_EVERY_MS);
  const end = (word) => {
    clearInterval(timer);
    process.stderr.write(`${live ? '\r\x1b[2K' : ''}  ${word} ${title} (${seconds()})\n`);
  };
  return { line: (text) => (last = text), done: () => end('ok '), failed: () => end('FAILED') };
}

module.exports = { runStep, SetupError };
