// Rating prediction on given folds: RMSE and MAE of `mf`, mean over the folds.
// Run after a build: node bench/ratings.bench.ts FOLDER [SETTINGS], where FOLDER holds u1.base.gz, u1.test.gz ... u5.test.gz (user,
// item, rating, time; the five folds of MovieLens-100K) and SETTINGS is JSON; "variants" as SETTINGS tries those of docs/models/mf.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate } from '@attune/evaluation';
import { readInteractionFiles } from '@attune/interactions';
import { MODELS, parseSettings } from '@attune/recommenders';

const FOLDS = [1, 2, 3, 4, 5];
const SEED = 1;
const VARIANTS: object[] = [
  {},
  { refinements: 0 },
  { implicit: false },
  { refinements: 5 },
  { refinements: 20 },
  { pruning: 0.015 },
  { pruning: 0.06 },
  { regularization: 0.07 },
  { regularization: 0.14 },
  { rank: 32 },
];

async function measureFold(folder: string, fold: number, settings: object) {
  const files = ['base', 'test'].map((part) => join(folder, `u${fold}.${part}.gz`));
  const { parts } = await readInteractionFiles(files);
  const [train, test] = [parts[0]!, parts[1]!];
  const definition = MODELS.get('mf')!;
  const startMs = performance.now();
  await using fitted = await definition.fit({
    data: { interactions: train },
    settings: parseSettings(definition, settings),
  });
  const seconds = (performance.now() - startMs) / 1000;
  const { metrics } = await evaluate({ protocol: 'ratings', scorer: fitted, train, test, seed: SEED });
  return { fold, rmse: metrics.rmse!, mae: metrics.mae!, seconds, trained: fitted.metrics };
}

async function main(): Promise<void> {
  const [folder, given = '{}'] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: node ratings.bench.ts FOLDER [SETTINGS | variants]');
  const runs = given === 'variants' ? VARIANTS : [JSON.parse(given) as object];
  const results = [];
  for (const settings of runs) {
    const folds: Awaited<ReturnType<typeof measureFold>>[] = [];
    for (const fold of FOLDS) folds.push(await measureFold(folder, fold, settings));
    const mean = (of: (fold: (typeof folds)[number]) => number) =>
      folds.reduce((sum, fold) => sum + of(fold), 0) / folds.length;
    if (runs.length === 1) {
      const show = ({ value, low, high }: (typeof folds)[number]['rmse']) =>
        `${value.toFixed(4)} (${low.toFixed(4)} .. ${high.toFixed(4)})`;
      console.table(
        folds.map(({ fold, rmse, mae, seconds }) => ({
          fold,
          rmse: show(rmse),
          mae: show(mae),
          seconds: seconds.toFixed(1),
        })),
      );
    }
    const summary = {
      rmse: mean(({ rmse }) => rmse.value),
      mae: mean(({ mae }) => mae.value),
      seconds: mean((fold) => fold.seconds),
    };
    console.log(
      `${JSON.stringify(settings)}: mean of ${folds.length} folds: RMSE ${summary.rmse.toFixed(4)}, MAE ${summary.mae.toFixed(4)}, ${summary.seconds.toFixed(1)} s a fold`,
    );
    results.push({ settings, ...summary, folds });
  }
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'ratings.json'), `${JSON.stringify({ seed: SEED, results }, null, 2)}\n`);
}

await main();
