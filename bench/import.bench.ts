// How fast `attune import` brings interactions into the local stack of this checkout, and what each process spends on it.
// Start the stack first (ATTUNE_SAMPLE=none npm start), then: node bench/import.bench.ts [rows] [seed]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededNormal } from '@attune/kernels';
import { cpuOfEndedChildren, cpuSeconds } from './cpu-seconds.ts';

const USERS = 2_000;
const ITEMS = 4_000;

interface Stack {
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

const root = join(import.meta.dirname, '..');
const rows = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? 1);

function runningStack(): Stack {
  try {
    return JSON.parse(readFileSync(join(root, '.attune', 'stack.json'), 'utf8'));
  } catch {
    process.stderr.write(
      'The local stack does not run: start it in another terminal with ATTUNE_SAMPLE=none npm start\n',
    );
    process.exit(1);
  }
}

/** Few items get most of the views, as in life. Times make the rows of each run events of their own. */
function writeRows(file: string): void {
  const normal = seededNormal(seed);
  const startMs = Date.now() - rows;
  const one = (count: number) => Math.floor(Math.abs(normal()) * 0.4 * count) % count;
  const lines = Array.from({ length: rows }, (_, n) => `u${one(USERS)}\ti${one(ITEMS)}\t${startMs + n}\n`);
  writeFileSync(file, lines.join(''));
}

async function importFile(file: string) {
  const command = join(root, 'libs', 'cli', 'dist', 'main.js');
  const options = ['--columns', 'user,item,time', '--type', 'view', '--json'];
  const child = spawn(process.execPath, [command, 'import', file, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the import ended with ${code}: ${output}`);
  return JSON.parse(output) as { interactions: { accepted: number; seconds: number }; appliedSeconds: number };
}

const { processes } = runningStack();
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
const file = join(folder, 'interactions.tsv');
writeRows(file);
const before = processes.map(({ pid }) => cpuSeconds(pid));
const commandsBefore = cpuOfEndedChildren();
const { interactions, appliedSeconds } = await importFile(file);
const per100k = (seconds: number) => Number((seconds * (100_000 / rows)).toFixed(2));
const cpu = [
  ...processes.map(({ name, pid }, index) => ({ process: name, cpu: per100k(cpuSeconds(pid) - before[index]!) })),
  { process: 'attune import', cpu: per100k(cpuOfEndedChildren() - commandsBefore) },
].filter((one) => one.cpu >= 0.01);
rmSync(folder, { recursive: true });

const { accepted, seconds } = interactions;
const speed = {
  rows,
  accepted,
  acceptedPerSecond: Math.round(accepted / seconds),
  appliedPerSecond: Math.round(accepted / (seconds + appliedSeconds)),
};
const cpuPer100k = Number(cpu.reduce((sum, one) => sum + one.cpu, 0).toFixed(2));
console.table([speed]);
console.table(cpu.map((one) => ({ process: one.process, 'CPU s per 100,000 rows': one.cpu })));
console.log(`${cpuPer100k} CPU seconds per 100,000 rows in all, on ${cpus().length} cores`);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
const result = { cores: cpus().length, ...speed, cpuPer100k, cpu };
writeFileSync(join(output, 'import.json'), `${JSON.stringify(result, null, 2)}\n`);
