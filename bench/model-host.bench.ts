// The host of serving's models: what a factorization takes in memory, and what a promotion does to requests meanwhile.
// memory: a child process loads one version; what it holds beyond an empty host, all tables, the catalog's ids and numbers included.
// swap: requests at a steady rate while versions are promoted; times before and meanwhile, the longest that the event loop stood
// still, failures, and what the process holds after many swaps.
// Run after a build: node --expose-gc bench/model-host.bench.ts [--only=memory,swap] [--items=1000000] [--swap-items=100000] [--swaps=100]
import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from '@attune/object-store';
import { makeUserKeys } from '@attune/privacy';
import { ColumnarItemCatalog, ModelHost } from '@attune/serving';
import { writeRandomAls } from './model-artifact.ts';

const RANK = 128;
const USERS = 1_000;
const COUNT = 500;
const RATE_MS = 5;
const userKeyOf = makeUserKeys('the secret of a benchmark, which protects nobody');
const waiting = { signal: new AbortController().signal };
const PRODUCTION = { stage: 'production', canaryShare: 0 } as const;
const userIds = Array.from({ length: USERS }, (_, user) => `user-${user}`);

function optionOf(name: string, otherwise: string): string {
  return process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise;
}

function openHost(objectStoreUrl: string) {
  const catalog = new ColumnarItemCatalog();
  const host = new ModelHost({
    objectStoreUrl,
    catalog,
    workersPerModel: 1,
    patience: { loadMs: 600_000, answerMs: 60_000 },
    userKeyOf,
    clock: () => new Date(),
    logger: { warn: (details, message) => console.warn(message, details) },
  });
  return { host, catalog };
}

const settle = async () => {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const residentMb = () => process.memoryUsage().rss / 1e6;

/** Asks for the best items of a user; the model is given back with the answer. */
function ask(host: ModelHost, user: number) {
  const userId = userIds[user % USERS]!;
  const model = host.borrow('als', userId)!;
  return model.retrieve({ by: 'user', userId }, COUNT, waiting).finally(() => model[Symbol.dispose]());
}

/** In a child: loads the version and tells what it holds. */
async function measureMemory(objectStoreUrl: string, digest: string) {
  const { host, catalog } = openHost(objectStoreUrl);
  await settle();
  const before = residentMb();
  let peak = before;
  const watching = setInterval(() => (peak = Math.max(peak, residentMb())), 50);
  const startedAt = performance.now();
  const gaps = monitorEventLoopDelay({ resolution: 1 });
  gaps.enable();
  await host.load({ name: 'als', version: '1', digest }, PRODUCTION, waiting);
  gaps.disable();
  const loadMs = performance.now() - startedAt;
  clearInterval(watching);
  for (let call = 0; call < 200; call++) await ask(host, call);
  await settle();
  const [model] = host.loaded();
  const held = residentMb() - before;
  const items = catalog.size;
  return {
    items,
    'load, s': loadMs / 1e3,
    'longest gap while loading, ms': gaps.max / 1e6,
    'tables, MB': model!.tableBytes / 1e6,
    'held, MB': held,
    'MB per million items': (held / items) * 1e6,
    'peak while loading, MB': peak - before,
  };
}

async function memory(objectStoreUrl: string, store: ReturnType<typeof openObjectStore>, items: number) {
  const digest = await writeRandomAls(store, { items, rank: RANK, userKeys: userIds.map(userKeyOf), seed: 1 });
  const child = fork(import.meta.filename, ['--child', objectStoreUrl, digest], { execArgv: ['--expose-gc'] });
  return new Promise<Record<string, number>>((resolve, reject) => {
    child.on('message', (row) => resolve(row as Record<string, number>));
    child.on('exit', (code) => code !== 0 && reject(new Error(`the child ended with code ${code}`)));
  });
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** Asks at a steady rate, whatever became of the questions before, until `until` is done. */
async function underLoad(host: ModelHost, until: () => Promise<void>) {
  const times: number[] = [];
  let failed = 0;
  const asked: Promise<void>[] = [];
  let next = 0;
  const gaps = monitorEventLoopDelay({ resolution: 1 });
  gaps.enable();
  const load = setInterval(() => {
    const startedAt = performance.now();
    const noted = ask(host, next++).then(
      () => void times.push(performance.now() - startedAt),
      () => void failed++,
    );
    asked.push(noted);
  }, RATE_MS);
  await until();
  clearInterval(load);
  gaps.disable();
  await Promise.all(asked);
  return {
    requests: times.length,
    failed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    gapMs: gaps.max / 1e6,
  };
}

async function swap(objectStoreUrl: string, store: ReturnType<typeof openObjectStore>, items: number, swaps: number) {
  const refs: { readonly name: string; readonly version: string; readonly digest: string }[] = [];
  for (const seed of [1, 2]) {
    const digest = await writeRandomAls(store, { items, rank: RANK, userKeys: userIds.map(userKeyOf), seed });
    refs.push({ name: 'als', version: String(seed), digest });
  }
  const { host } = openHost(objectStoreUrl);
  await host.load(refs[0]!, PRODUCTION, waiting);
  for (let call = 0; call < 200; call++) await ask(host, call);
  const before = await underLoad(host, () => new Promise((resolve) => setTimeout(resolve, 5_000)));
  const during = await underLoad(host, async () => {
    for (const ref of [refs[1]!, refs[0]!, refs[1]!]) await host.load(ref, PRODUCTION, waiting);
  });
  const resident: number[] = [];
  for (let done = 0; done < swaps; done++) {
    await host.load(refs[done % 2]!, PRODUCTION, waiting);
    if ((done + 1) % Math.max(1, Math.floor(swaps / 10)) === 0) {
      await settle();
      resident.push(Math.round(residentMb()));
    }
  }
  host[Symbol.dispose]();
  return { items, before, during, swaps, resident };
}

async function main(): Promise<void> {
  const [, , mode, url, digest] = process.argv;
  if (mode === '--child') {
    process.send!(await measureMemory(url!, digest!));
    process.exit(0);
  }
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  const objectStoreUrl = pathToFileURL(folder).href;
  const results: Record<string, unknown> = {};
  const only = new Set(optionOf('only', 'memory,swap').split(','));
  try {
    await using store = openObjectStore(objectStoreUrl);
    if (only.has('memory')) {
      results.memory = await memory(objectStoreUrl, store, Number(optionOf('items', '1000000')));
      console.table([results.memory]);
    }
    if (only.has('swap')) {
      const items = Number(optionOf('swap-items', '100000'));
      const measured = await swap(objectStoreUrl, store, items, Number(optionOf('swaps', '100')));
      results.swap = measured;
      console.table({ before: measured.before, 'during promotions': measured.during });
      console.log(`resident MB over ${measured.swaps} swaps: ${measured.resident.join(', ')}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const output = join(import.meta.dirname, 'results');
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, 'model-host.json'), `${JSON.stringify({ results }, null, 2)}\n`);
}

await main();
