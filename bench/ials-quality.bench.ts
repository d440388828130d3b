// Quality of als on a leave-one-out split with listed negatives (the protocol of He et al. 2017): HR@10 and NDCG@10 of some settings,
// of the mean of several seeds, and of blends with item_item.
// Run after a build: node bench/ials-quality.bench.ts FOLDER [threads], where FOLDER holds train.tsv.gz (user, item),
// ml-1m.test.rating.gz (user, item) and ml-1m.test.negative.gz, whose lines begin with "(user,item)".
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Interactions } from '@attune/interactions';
import { MODELS, parseSettings } from '@attune/recommenders';

const [folder, threadsText = '2'] = process.argv.slice(2);
const threads = Number(threadsText);
const PUBLISHED = { regularization: 0.007, unobservedWeight: 0.3, iterations: 12 };
const EXPOSED = { regularization: 0.009, unobservedWeight: 0.15, userExposure: 0.7, itemExposure: 0.2, iterations: 12 };

/** One held-out item of a user, and what it is ranked among: the item comes first. */
interface Question {
  readonly user: number;
  readonly items: readonly number[];
}

/** Scores by question, item by item. */
type Answers = readonly Float64Array[];

function readRows(name: string): string[][] {
  const text = gunzipSync(readFileSync(join(folder!, name))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

function readQuestions(): Question[] {
  return readRows('ml-1m.test.negative.gz').map(([pair, ...listed]) => {
    const [user, positive] = pair!.slice(1, -1).split(',').map(Number) as [number, number];
    return { user, items: [positive, ...listed.map(Number).filter((item) => item !== positive)] };
  });
}

/** The training pairs, each once, ordered by user and item. */
function readInteractions(questions: readonly Question[]): Interactions {
  const pairs = readRows('train.tsv.gz').map(([user, item]) => [Number(user), Number(item)] as const);
  pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const once = pairs.filter(([user, item], at) => at === 0 || user !== pairs[at - 1]![0] || item !== pairs[at - 1]![1]);
  const largest = (values: Iterable<number>) => Array.from(values).reduce((a, b) => Math.max(a, b), 0);
  return {
    userCount: 1 + largest([...once.map(([user]) => user), ...questions.map(({ user }) => user)]),
    itemCount: 1 + largest([...once.map(([, item]) => item), ...questions.flatMap(({ items }) => items)]),
    userIndex: Int32Array.from(once, ([user]) => user),
    itemIndex: Int32Array.from(once, ([, item]) => item),
    value: new Float32Array(once.length).fill(1),
    timeMs: new Float64Array(once.length).fill(Number.NaN),
  };
}

/** Ranks every held-out item among its negatives; among equal scores the held-out item comes last. */
function evaluate(answers: Answers) {
  let hits = 0;
  let gain = 0;
  for (const scores of answers) {
    const above = scores.reduce((count, score, at) => count + (at > 0 && score >= scores[0]! ? 1 : 0), 0);
    if (above >= 10) continue;
    hits++;
    gain += 1 / Math.log2(above + 2);
  }
  const rounded = (x: number) => Number((x / answers.length).toFixed(4));
  return { 'HR@10': rounded(hits), 'NDCG@10': rounded(gain) };
}

async function train(
  name: string,
  settings: object,
  data: Interactions,
  questions: readonly Question[],
): Promise<{ answers: Answers; seconds: number }> {
  const definition = MODELS.get(name)!;
  const startMs = performance.now();
  await using model = await definition.fit({
    data: { interactions: data },
    settings: parseSettings(definition, settings),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const users = questions.flatMap(({ user, items }) => items.map(() => user));
  const items = questions.flatMap((question) => question.items);
  const scores = await model.scorePairs(Int32Array.from(users), Int32Array.from(items));
  let at = 0;
  return { answers: questions.map((question) => Float64Array.from(question.items, () => scores[at++]!)), seconds };
}

/** The sum of some models' scores, each divided by its standard deviation within questions and times its weight. */
function blend(parts: readonly { readonly answers: Answers; readonly weight: number }[]): Answers {
  const scales = parts.map(({ answers, weight }) => {
    let square = 0;
    let count = 0;
    for (const scores of answers) {
      const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
      for (const score of scores) square += (score - mean) ** 2;
      count += scores.length;
    }
    return weight / Math.sqrt(square / count);
  });
  return parts[0]!.answers.map((scores, question) =>
    scores.map((_, at) => parts.reduce((sum, { answers }, part) => sum + scales[part]! * answers[question]![at]!, 0)),
  );
}

async function main(): Promise<void> {
  if (folder === undefined) throw new Error('usage: node bench/ials-quality.bench.ts FOLDER [threads]');
  const questions = readQuestions();
  const data = readInteractions(questions);
  const rows: Record<string, unknown>[] = [];
  const tell = (what: string, answers: Answers, seconds?: number) => {
    rows.push({ what, ...evaluate(answers), ...(seconds === undefined ? {} : { seconds: Math.round(seconds) }) });
    console.log(JSON.stringify(rows.at(-1)));
    return answers;
  };
  const als = async (what: string, settings: object) => {
    const { answers, seconds } = await train('als', { ...settings, threads }, data, questions);
    return tell(`als ${what}`, answers, seconds);
  };
  const equal = (...all: Answers[]) => blend(all.map((answers) => ({ answers, weight: 1 })));

  await als('rank 64, published', { ...PUBLISHED, rank: 64 });
  await als('rank 128, published', { ...PUBLISHED, rank: 128 });
  const seeds = [];
  for (const seed of [1, 2, 3]) seeds.push(await als(`rank 192, published, seed ${seed}`, { ...PUBLISHED, seed }));
  tell('mean of three seeds', equal(...seeds));
  const wide = await als('rank 256, published', { ...PUBLISHED, rank: 256 });
  tell('mean of rank 192 and 256', equal(seeds[0]!, wide));
  await als('defaults', {});
  await als('rank 128, else defaults', { rank: 128 });
  await als('rank 192, nu 0.8', { ...PUBLISHED, nu: 0.8 });
  await als('rank 64, with exposures', { ...EXPOSED, rank: 64 });
  await als('rank 128, with exposures', { ...EXPOSED, rank: 128 });
  const exposed = await als('rank 192, with exposures', EXPOSED);
  tell('mean of rank 192 with and without exposures', equal(seeds[0]!, exposed));
  const { answers: ease, seconds } = await train('item_item', {}, data, questions);
  tell('item_item defaults', ease, seconds);
  for (const [name, part] of [
    ['published', seeds[0]!],
    ['with exposures', exposed],
  ] as const) {
    for (const weight of [0.2, 0.4, 0.7]) {
      const both = [
        { answers: part, weight: 1 },
        { answers: ease, weight },
      ];
      tell(`als rank 192 ${name} + ${weight} x item_item`, blend(both));
    }
  }
  console.table(rows);
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'ials-quality.json'), `${JSON.stringify({ benchmark: 'ials-quality', rows }, null, 2)}\n`);
}

await main();
