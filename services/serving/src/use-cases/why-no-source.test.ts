import { AppError } from '@attune/errors';
import { aDecision } from '../../tests/fixtures/a-decision';
import type { Asker, ModelKind } from '../model-ports';
import { absencesOf } from './why-no-source';

const KNOWN = 7;
const waiting = { deadlineMs: 50, signal: new AbortController().signal };

/** A model of that kind which knows one item, and the user "ann" where it knows users. */
function aModel(kind: ModelKind) {
  const knows = (asker: Asker, item: number) => {
    if (asker.by === 'user') return asker.userId === 'ann' && item === KNOWN;
    return item === KNOWN && (asker.by !== 'item' || asker.item === KNOWN);
  };
  return {
    kind,
    vectorOfItem: (item: number) => (kind === 'als' && item === KNOWN ? new Float32Array(2) : undefined),
    score: async (asker: Asker, items: Int32Array) =>
      Float32Array.from(items, (item) => (knows(asker, item) ? 0.5 : Number.NaN)),
    [Symbol.dispose]: () => undefined,
  };
}

async function absences(kind: ModelKind, item: number) {
  const models = { borrowVersion: () => aModel(kind) as never };
  const catalog = { find: () => item, publishedAtMs: () => Number.NaN };
  const decision = aDecision({ userId: 'ann', models: [{ name: kind, version: '3', digest: '' }] });
  return absencesOf({ catalog, models }, decision, 'some item', waiting as never);
}

it.each([
  ['als', 'collaborative'],
  ['item_item', 'item_item'],
  ['content', 'content'],
  ['neural_cf', 'neural'],
  ['popularity', 'trending'],
] as const)('says that the model %s does not know an item where that is so, and only there', async (kind, source) => {
  expect((await absences(kind, KNOWN + 1)).get(source)).toMatch(
    new RegExp(`^the model ${kind} version 3 does not know`),
  );
  expect((await absences(kind, KNOWN)).has(source)).toBe(false);
});

it('says nothing of a source whose model cannot be asked now, and does not fail with it', async () => {
  const gone = async () => {
    throw new AppError('unavailable.model_worker', 'gone');
  };
  const models = { borrowVersion: () => ({ ...aModel('neural_cf'), score: gone }) as never };
  const decision = aDecision({ userId: 'ann', models: [{ name: 'neural_cf', version: '3', digest: '' }] });
  const catalog = { find: () => KNOWN, publishedAtMs: () => Number.NaN };
  const absences = await absencesOf({ catalog, models }, decision, 'some item', waiting as never);
  expect([...absences.keys()]).toEqual(['fresh']);
});
