// A lock file between processes: it names its holder and stops counting when that process is gone.
const { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');

const LOOK_AGAIN_MS = 200;

/** Runs `work` while holding the lock at `path`; calls `onWait` once when somebody else holds it. */
async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${process.pid} ${startOf(process.pid)}`;
  for (let told = false; !tryTake(path, mine); ) {
    if (!told) onWait();
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const release = () => read(path) === mine && rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

// A hard link appears whole or not at all. A stale lock is moved aside first; who moved a fresh one by mistake puts it back.
function tryTake(path, mine) {
  const draft = `${path}.${process.pid}`;
  const seen = read(path);
  if (seen !== undefined && isAlive(seen)) return false;
  try {
    if (seen !== undefined) {
      renameSync(path, draft);
      if (read(draft) !== seen) linkSync(draft, path);
      rmSync(draft, { force: true });
    }
    writeFileSync(draft, mine);
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isAlive(holder) {
  const [pid, start] = holder.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

// When the process began; a recycled process number has another one. Without /proc the number alone must do.
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return 'unknown';
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

module.exports = { withLock };
