import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeProgram } from '../program';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-cli-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function file(lines: readonly string[]): Promise<string> {
  const path = join(folder, `${files++}.tsv`);
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** Numbers from 0 to 1 that are the same in every run (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (1_664_525 * state + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Sixty people of two tastes with ten items each, of 15 items of their taste and, rarely, of the other 15. */
const rows = (() => {
  const uniform = seeded(3);
  return Array.from({ length: 60 }, (_, user) => {
    const items = new Set<number>();
    while (items.size < 10) {
      const taste = uniform() < 0.9 ? user % 2 : 1 - (user % 2);
      items.add(taste * 15 + Math.floor(uniform() ** 2 * 15));
    }
    return [...items].map((item, n) => `u${user}\ti${item}\t${1 + ((user + item) % 5)}\t${1_000 * n + user}`);
  });
})();

/** Runs a command line; gives its JSON, what it said beside it, and its exit code. */
async function attune(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const setExitCode = (code: number) => {
    exitCode = code;
  };
  const program = makeProgram({ env: {}, stdout, stderr, setExitCode });
  await program.parseAsync(['node', 'attune', ...args, '--json']);
  stdout.end();
  stderr.end();
  return { json: JSON.parse(await text(stdout)), notes: await text(stderr), exitCode };
}

const train = () => file(rows.flatMap((own) => own.slice(0, 8)));
const test = () => file(rows.flatMap((own) => own.slice(8)));
const plain = ['--set', 'als.rank=8', '--set', 'als.threads=1', '--set', 'item_item.threads=1'];

describe('attune evaluate', () => {
  it('measures the named models and says which is best', async () => {
    const models = ['--models', 'popularity,als', '--k', '3,5'];
    const { json, notes } = await attune(
      'evaluate',
      '--train',
      await train(),
      '--test',
      await test(),
      ...models,
      ...plain,
    );
    expect(json).toMatchObject({ protocol: 'full-ranking', best: 'als', mainMetric: 'ndcg@3', seeds: [1] });
    expect(json.results.map(({ model }: { model: string }) => model)).toEqual(['als', 'popularity']);
    expect(json.results[0].settings).toMatchObject({ rank: 8, seed: 1 });
    const { value, low, high } = json.results[0].metrics['recall@5'];
    expect(low).toBeLessThan(value);
    expect(value).toBeLessThan(high);
    expect(json.comparison).toMatchObject({ best: 'als', next: 'popularity', metric: 'ndcg@3' });
    expect(notes).toContain('480 interactions');
  });

  it('ranks held-out items among listed negatives, and says how many of those it dropped', async () => {
    const last = rows.map((own) => own[9]!);
    const listed = last.map((row, user) => {
      const [, item] = row.split('\t');
      return `(u${user},${item})\t${item}\ti${(user * 7) % 30}x\ti0\ti16`;
    });
    const negatives = await file(listed);
    const files = ['--train', await train(), '--test', await file(last), '--negatives', negatives];
    const { json, notes } = await attune('evaluate', ...files, '--protocol', 'leave-one-out', '--models', 'popularity');
    expect(json.data.droppedNegatives).toBeGreaterThanOrEqual(60);
    expect(json.results[0].counts.questions).toBe(60);
    expect(notes).toMatch(/\d+ listed negatives dropped because they are the item to be found/);
  });

  it('tells the mean and the spread of several seeds, each with a split of its own', async () => {
    const data = await file(rows.flat());
    const options = ['--data', data, '--split', 'random:0.8,0.2', '--seeds', '1,2', '--models', 'popularity'];
    const { json } = await attune('evaluate', ...options);
    const { perSeed, spread, value } = json.results[0].metrics['ndcg@10'];
    expect(perSeed).toHaveLength(2);
    expect(value).toBeCloseTo((perSeed[0] + perSeed[1]) / 2);
    expect(spread).toBeGreaterThan(0);
  });

  it('picks by validation what is best, and measures it on the test', async () => {
    const files = ['--train', await train(), '--test', await test()];
    const { json } = await attune('evaluate', ...files, '--models', 'popularity,auto', '--budget', '3', ...plain);
    const auto = json.results.find(({ model }: { model: string }) => model === 'auto');
    expect([...auto.tried.map(({ model }: { model: string }) => model), 'blend']).toContain(auto.picked);
    expect(auto.validation).toBe('the latest 20 %');
    expect(auto.metrics['ndcg@10'].value).toBeGreaterThan(0);
  });

  it('predicts ratings, and leaves out models that do not', async () => {
    const files = ['--train', await train(), '--test', await test(), '--protocol', 'ratings'];
    const { json, notes } = await attune('evaluate', ...files, '--models', 'all', '--set', 'mf.rank=4');
    expect(Object.keys(json.results[0].metrics)).toEqual(['rmse', 'mae', 'calibration_error']);
    expect(notes).toContain('left out: popularity does not predict ratings');
  });

  it.each([
    ['ratings that are not finite', ['u0\ti0\tNaN'], 'invalid.file'],
    ['an empty file', [], 'failed_precondition.dataset_empty'],
  ])('refuses %s', async (_, lines, code) => {
    const files = ['--train', await file(lines), '--test', await test()];
    const { json, exitCode } = await attune('evaluate', ...files, '--models', 'popularity');
    expect([json.error.code, exitCode]).toEqual([code, 1]);
  });

  it.each([
    ['a model that there is not', ['--models', 'magic'], 'not_found.model'],
    ['a model that the protocol does not suit', ['--models', 'als', '--protocol', 'ratings'], 'invalid.models'],
    ['a setting that there is not', ['--models', 'als', '--set', 'als.ranks=8'], 'invalid.settings'],
    ['a split of two files', ['--split', 'time:0.8'], 'invalid.options'],
  ])('refuses %s', async (_, options, code) => {
    const { json } = await attune('evaluate', '--train', await train(), '--test', await test(), ...options);
    expect(json.error.code).toBe(code);
  });

  it('measures data of one user without falling over, and counts what the training has never seen', async () => {
    const files = ['--train', await file(['a\tx\ta', 'a\ty']), '--test', await file(['a\tz', 'b\tx'])];
    const { json } = await attune('evaluate', ...files, '--columns', 'user,item', '--models', 'popularity');
    expect(json.results[0].counts).toMatchObject({ users: 2, unseenUsers: 1, unseenItems: 1 });
  });
});

describe('attune tune', () => {
  it('gives the best settings it found as flags', async () => {
    const options = ['--protocol', 'leave-one-out', '--budget', '2', '--set', 'als.rank=8', '--set', 'als.threads=1'];
    const { json } = await attune('tune', 'als', '--train', await train(), ...options);
    expect(json.flags).toContain('--set als.rank=8');
    expect(json.validation).toBe('the last one of each user');
    expect(json.value.value).toBeGreaterThan(0);
  });
});
