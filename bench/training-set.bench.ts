// How fast BuildTrainingSet makes labelled examples of a history: a small one and one that is ten times larger in users, items and
// interactions. Starts PostgreSQL, Redis and a feature-store of its own, as the local stack has them.
// Run after a build: node bench/training-set.bench.ts [interactions of the small history] [features, a,b; all by default]
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { common, createClient, featureStore, SERVICES } from '@attune/contracts';
import { cacheFolder, startGuardian, startPostgres, startRedis } from '@attune/devstack';
import { type Database, openDatabase } from '@attune/postgres';
import { cpuSeconds } from './cpu-seconds.ts';

const { idHash } = createRequire(import.meta.url)(
  '../services/feature-store/dist/domain/id-hash',
) as typeof import('../services/feature-store/src/domain/id-hash.js');

const SMALL = Number(process.argv[2] ?? 200_000);
const featureNames = (process.argv[3] ?? '').split(',').filter((name) => name !== '');
const DAYS = 30;
const DAY_MS = 86_400_000;
const PER_USER = 50;
const PER_ITEM = 200;
const PER_CALL = 1_000;
const TOPICS = Array.from({ length: 40 }, (_, n) => `topic-${n}`);
const root = join(import.meta.dirname, '..');

type Client = ReturnType<typeof clientOf>;

function clientOf(address: string) {
  return createClient({ definition: SERVICES['feature-store'].definition, address, caller: 'bench' });
}

async function startStore(env: Record<string, string>) {
  const entry = join(root, 'services', 'feature-store', 'dist', 'main.js');
  const own = { ATTUNE_LISTEN: '127.0.0.1:0', ATTUNE_LOG_LEVEL: 'warn' };
  const options = {
    cwd: root,
    env: { ...process.env, ...own, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  };
  const child = spawn(process.execPath, [entry], options as never) as ChildProcess;
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { address: string }) => resolve(message.address));
    child.once('exit', (code) => reject(new Error(`the feature-store ended with ${code}`)));
  });
  return { child, address };
}

const at = <T>(all: readonly T[], n: number) => all[n % all.length]!;

/** Tells of users and items as a product does, and lets it be a month ago. */
async function loadEntities(client: Client, database: Database, { users, items }: Sizes): Promise<void> {
  for (let from = 0; from < users; from += PER_CALL) {
    const some = Array.from({ length: Math.min(PER_CALL, users - from) }, (_, n) => ({
      ...common.User.create(),
      ...{ userId: `user-${from + n}`, interests: [at(TOPICS, n), at(TOPICS, n * 7)], createdAt: new Date(2025, 1, 1) },
    }));
    await client.upsertUsers({ users: some, requestId: '' });
  }
  for (let from = 0; from < items; from += PER_CALL) {
    const some = Array.from({ length: Math.min(PER_CALL, items - from) }, (_, n) => ({
      ...common.Item.create(),
      ...{ itemId: `item-${from + n}`, title: 'A post', text: 'Something good to read.', category: at(TOPICS, n) },
      ...{ tags: [at(TOPICS, n * 3), at(TOPICS, n * 11)], authorId: `user-${(from + n) % users}` },
    }));
    await client.upsertItems({ items: some, requestId: '' });
  }
  while ((await client.getStoreStats({})).pendingCount > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const day = new Date(Date.now() - (DAYS + 1) * DAY_MS);
  await database.query("SELECT make_history_partition('entity_changes', $1::date)", [day]);
  await database.query('UPDATE entity_changes SET known_at = $1, accepted_at = $1', [day]);
}

interface Sizes {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
}

/** Writes a month of a feed into the history: impressions, and for some of them what the user did within minutes. */
async function loadInteractions(database: Database, { users, items, interactions }: Sizes): Promise<void> {
  const changes = await database.query<{ entity_id: string; event_id: string }>(
    "SELECT entity_id, event_id FROM entity_changes WHERE kind = 'item'",
  );
  const startMs = Date.now() - DAYS * DAY_MS;
  for (let day = 0; day <= DAYS; day++) {
    const when = new Date(startMs + day * DAY_MS);
    await database.query("SELECT make_history_partition('interactions', $1::date)", [when]);
  }
  await database.transaction(async (tx) => {
    await tx.query('CREATE TEMP TABLE item_changes (item_id text PRIMARY KEY, change float8) ON COMMIT DROP');
    await tx.query('INSERT INTO item_changes SELECT * FROM unnest($1::text[], $2::float8[])', [
      changes.rows.map((row) => row.entity_id),
      changes.rows.map((row) => idHash(row.event_id)),
    ]);
    await tx.query('SELECT setseed(0.5)');
    // Seven of ten rows are impressions; the others follow one of them within ten minutes.
    await tx.query(
      `INSERT INTO interactions (known_seq, known_at, event_id, user_id, item_id, type, occurred_at, accepted_at, surface,
         producer, item_change)
       SELECT nextval('known_seq'), at + interval '300 ms', 'bench-' || n || type, user_id, rows.item_id, type, at, at, 'home',
         'bench', change::bigint
       FROM (
         SELECT n, user_id, item_id, kind.type, shown_at + kind.after * interval '1 second' AS at FROM (
           SELECT n, 'user-' || floor(power(random(), 2) * ${users})::int AS user_id,
             'item-' || floor(power(random(), 3) * ${items})::int AS item_id, random() AS luck,
             to_timestamp(($2::float8 + n * $3::float8) / 1000) AS shown_at
           FROM generate_series(1, $1::int) AS n) AS shown
         CROSS JOIN LATERAL (
           SELECT 'impression' AS type, 0::float8 AS after
           UNION ALL SELECT CASE WHEN luck < .1 THEN 'like' WHEN luck < .14 THEN 'share' WHEN luck < .18 THEN 'comment'
             WHEN luck < .2 THEN 'hide' WHEN luck < .3 THEN 'click' ELSE 'view' END, 5 + luck * 600 WHERE luck < .43) AS kind
       ) AS rows JOIN item_changes USING (item_id) ORDER BY at`,
      [Math.round(interactions * 0.7), startMs, (DAYS * DAY_MS) / (interactions * 0.7)],
    );
  });
  await database.query('ANALYZE interactions');
}

/** The most memory that a process and its children had at once, in MB. */
function peakMb(pid: number): number {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const fieldOf = (id: string, name: string) => {
    try {
      return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const children = all.filter((id) => fieldOf(id, 'PPid') === pid);
  return Math.round(Math.max(0, ...children.map((id) => fieldOf(id, 'VmHWM'))) / 1_024);
}

const cpuOfAll = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);

async function build(client: Client, pid: number, request: Partial<featureStore.BuildTrainingSetRequest>) {
  const startedAt = performance.now();
  let dataset: featureStore.TrainingSet | undefined;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakMb(pid))), 200);
  const question = { ...featureStore.BuildTrainingSetRequest.create(), featureNames, ...request };
  question.kind = featureStore.TrainingSetKind.LABELLED_EXAMPLES;
  for await (const progress of client.buildTrainingSet(question, { deadlineMs: 3_600_000 })) dataset = progress.dataset;
  clearInterval(watch);
  return { seconds: (performance.now() - startedAt) / 1_000, dataset: dataset!, peak };
}

const QUESTIONS: Readonly<Record<string, Partial<featureStore.BuildTrainingSetRequest>>> = {
  impressions: { negatives: { fromImpressions: true, sampledPerPositive: 0, seed: 1, engagementWindowSeconds: 0 } },
  'sampled:4': { negatives: { fromImpressions: false, sampledPerPositive: 4, seed: 1, engagementWindowSeconds: 0 } },
};

async function measure(interactions: number) {
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const guardian = opened.use(startGuardian());
  const postgres = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: true }));
  const cache = cacheFolder(root, process.env);
  const redis = opened.use(
    await startRedis({ guardian, folder: join(folder, 'redis'), cacheFolder: cache, durable: true }),
  );
  const objects = pathToFileURL(join(folder, 'objects')).href;
  const store = await startStore({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, OBJECT_STORE_URL: objects });
  opened.defer(async () => {
    const ended = new Promise((resolve) => store.child.once('exit', resolve));
    store.child.kill('SIGTERM');
    await ended;
  });
  const client = opened.use(clientOf(store.address));
  const connection = { url: postgres.url, schema: 'feature_store', applicationName: 'bench' };
  const database = opened.use(await openDatabase(connection));
  const sizes = { users: interactions / PER_USER, items: interactions / PER_ITEM, interactions };
  await loadEntities(client, database, sizes);
  await loadInteractions(database, sizes);
  const { rows } = await database.query<{ count: number }>('SELECT count(*)::float8 AS count FROM interactions');
  const measured = [];
  const pids = [store.child.pid!, postgres.process.identity!.pid];
  for (const [negatives, question] of Object.entries(QUESTIONS)) {
    const before = cpuOfAll(pids);
    const { seconds, dataset, peak } = await build(client, store.child.pid!, question);
    const cpu = cpuOfAll(pids) - before;
    const row = {
      ...{ negatives, interactions: rows[0]!.count, rows: dataset.rowCount, columns: dataset.columns.length },
      ...{ seconds: Number(seconds.toFixed(1)), 'interactions/s': Math.round(rows[0]!.count / seconds) },
      ...{ 'rows/s': Math.round(dataset.rowCount / seconds), 'peak MB': peak },
      ...{ 'CPU s': Number(cpu.toFixed(1)), 'interactions per CPU s': Math.round(rows[0]!.count / cpu) },
    };
    console.table([row]);
    measured.push(row);
  }
  return measured;
}

const small = await measure(SMALL);
const large = await measure(10 * SMALL);
const all = [...small, ...large];
const ratios = large.map((row, index) => Number((row.seconds / small[index]!.seconds).toFixed(2)));
console.table(all);
console.log(`ten times the data took ${ratios.join(' and ')} times the time`);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
const result = { cores: cpus().length, features: featureNames, rows: all, ratios };
const name = featureNames.length === 0 ? 'training-set' : 'training-set-some-features';
writeFileSync(join(output, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
