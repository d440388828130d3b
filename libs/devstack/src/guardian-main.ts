// Ends what a supervisor started when the supervisor itself is gone. It stands alone (no imports of ours), so that it runs
// from the sources as well as from dist. Its standard input is a pipe from the supervisor: lines of JSON that add and
// remove processes. The pipe closes when the supervisor ends, however it ends.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Ward {
  readonly pid: number;
  readonly startedAt: string;
  readonly signal: NodeJS.Signals;
  readonly stage: number;
}

const GRACE_MS = 8_000;
const wards = new Map<number, Ward>();

function isAlive(ward: Ward): boolean {
  if (process.platform !== 'linux') return tryKill(ward.pid, 0);
  try {
    const stat = readFileSync(`/proc/${ward.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === ward.startedAt;
  } catch {
    return false;
  }
}

function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function endStage(stage: readonly Ward[]): Promise<void> {
  for (const ward of stage) if (isAlive(ward)) tryKill(ward.pid, ward.signal);
  const deadline = Date.now() + GRACE_MS;
  while (stage.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  // A ward leads its process group, so this reaches the children that it left behind as well.
  for (const ward of stage) {
    if (isAlive(ward)) tryKill(ward.pid, 'SIGKILL');
    tryKill(-ward.pid, 'SIGKILL');
  }
}

async function endAll(): Promise<void> {
  const stages = [...new Set([...wards.values()].map((ward) => ward.stage))].sort((a, b) => b - a);
  for (const stage of stages) await endStage([...wards.values()].filter((ward) => ward.stage === stage));
  process.exit(0);
}

// The terminal's Ctrl-C and a stop of the supervisor are the supervisor's business.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line) as { readonly add?: Ward; readonly remove?: number };
  if (message.add !== undefined) wards.set(message.add.pid, message.add);
  if (message.remove !== undefined) wards.delete(message.remove);
});
lines.on('close', () => void endAll());
