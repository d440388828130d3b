import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { FeatureEvent } from './feature-event';
import { readFeatures, selectFeatures } from './feature-reading';
import { FEATURES, VIEWS } from './feature-registry';
import type { StatesAtHand, ViewName } from './features/feature';
import { foldInto } from './fold';
import { initialState } from './packed-state';
import { anyEvents } from './testing/any-event';

const FILE = join(__dirname, 'feature-meanings.json');
const NOW_MS = 1.7e12 + 100 * 86_400_000;
const SAMPLES = 40;

/** States of many made-up entities, always the same ones. */
const subjects: readonly StatesAtHand[] = (() => {
  const sample = (view: ViewName) =>
    fc.sample(anyEvents(view), { seed: 4711, numRuns: SAMPLES }).map((events: readonly FeatureEvent[]) => {
      const state = initialState(VIEWS[view]);
      foldInto(VIEWS[view], state, events);
      return state;
    });
  const [users, graphs, items] = (['user', 'user_graph', 'item'] as const).map(sample);
  return users!.map((user, index) => {
    const author = users!.at(-1 - index);
    const authorGraph = graphs!.at(-1 - index);
    return { user, userGraph: graphs![index], item: items![index], author, authorGraph };
  });
})();

/** What a feature says of all of them, as a hash: another fold or another read gives another one. */
function meaningOf(name: string): string {
  const { entity } = FEATURES.find((feature) => feature.name === name)!;
  const selected = selectFeatures(entity, [name]).filter((one) => one !== undefined);
  const said = subjects.map((states) => {
    // Consent is not part of a feature's meaning.
    const readings = readFeatures(selected, { states, itemId: 'some-item' }, NOW_MS);
    return readings.map((reading) => ('value' in reading ? reading.value : reading.missing));
  });
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);
}

it('keeps the meaning of every feature: whoever changes one raises its version', () => {
  const now = Object.fromEntries(FEATURES.map(({ name, version }) => [`${name}@${version}`, meaningOf(name)]));
  const known = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string>) : {};
  const changed = Object.keys(now).filter((key) => known[key] !== undefined && known[key] !== now[key]);
  const unknown = Object.keys(now).filter((key) => known[key] === undefined);
  if (process.env.ATTUNE_TEST_NEW_MEANINGS === '1') {
    const all = Object.entries({ ...now, ...known }).sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
    return;
  }
  expect({ 'means something else now: raise its version': changed }).toEqual({
    'means something else now: raise its version': [],
  });
  expect({ 'is new: run this test with ATTUNE_TEST_NEW_MEANINGS=1': unknown }).toEqual({
    'is new: run this test with ATTUNE_TEST_NEW_MEANINGS=1': [],
  });
});
