import { AppError } from '@attune/errors';
import type { Decision, ShadowOutcome } from '../../domain/decision';
import type { Asker, BorrowedModel } from '../../model-ports';
import { asUser } from '../ask-model';
import type { AskedModel } from '../parts';
import { shadowTraffic } from './shadow-traffic';

const ref = (version: string) => ({ name: 'als', version, digest: version });
const decision = { decisionId: 'd1', userId: 'ann' } as Decision;
const asked: AskedModel = {
  kind: 'als',
  ref: ref('1'),
  askerOf: () => ({ by: 'user', userId: 'ann' }),
  count: 200,
  items: [1, 2, 3, 4],
};

function setUp(retrieve: (asker: Asker, count: number) => Promise<{ readonly items: number[] }>, share = 1) {
  const questions: { readonly asker: Asker; readonly count: number }[] = [];
  const held: Promise<readonly ShadowOutcome[]>[] = [];
  let borrowed = 0;
  const lend = () => {
    borrowed++;
    return {
      ref: ref('2'),
      itemCount: 1_000,
      trainedAt: new Date(4),
      retrieve: (asker: Asker, count: number) => {
        questions.push({ asker, count });
        return retrieve(asker, count);
      },
      [Symbol.dispose]: () => borrowed--,
    } as unknown as BorrowedModel;
  };
  const effect = shadowTraffic({
    models: { shadows: (kind) => (kind === 'als' ? [lend()] : []) },
    catalog: { idOf: (item) => `item-${item}` },
    records: { hold: (_, shadows) => held.push(shadows) },
    ...{ shadowShare: share, shadowPatienceMs: 20, draw: () => 0.5, stopwatch: () => 0 },
  });
  return { effect, questions, held, borrowed: () => borrowed };
}

describe('shadow traffic', () => {
  it('asks a shadow the same, and tells how much it agrees', async () => {
    const { effect, questions, held, borrowed } = setUp(async () => ({ items: [4, 3, 9, 1] }));
    effect.after(decision, [asked]);
    expect(await held[0]).toEqual([
      { model: ref('2'), itemIds: ['item-4', 'item-3', 'item-9', 'item-1'], overlap: 0.75, latencyMs: 0, code: '' },
    ]);
    expect(questions).toEqual([{ asker: { by: 'user', userId: 'ann' }, count: 100 }]);
    expect(borrowed()).toBe(0);
  });

  it('asks as the shadow itself may be asked', async () => {
    const { effect, questions, held } = setUp(async () => ({ items: [] }));
    effect.after(decision, [
      { ...asked, askerOf: ({ ref: { version } }) => ({ by: 'user', userId: `ann in ${version}` }) },
    ]);
    await held[0];
    expect(questions).toMatchObject([{ asker: { by: 'user', userId: 'ann in 2' } }]);
  });

  it('does not ask a shadow that knows a user who was forgotten since its training', async () => {
    const { effect, questions, held, borrowed } = setUp(async () => ({ items: [1] }));
    const person = {
      request: { userId: 'ann', nowMs: 0 },
      user: { recents: [], vector: undefined, forgottenAt: new Date(5) },
    };
    effect.after(decision, [{ ...asked, askerOf: (model) => asUser(model, person) }]);
    expect(await held[0]).toMatchObject([{ code: 'failed_precondition.asker', itemIds: [], overlap: 0 }]);
    expect([questions, borrowed()]).toEqual([[], 0]);
  });

  it.each([
    ['fails', () => Promise.reject(new AppError('unavailable.model_worker', 'gone')), 'unavailable.model_worker'],
    ['hangs', () => new Promise<never>(() => undefined), 'deadline.shadow'],
  ])('says of a shadow that %s what became of it, and gives it back', async (_, retrieve, code) => {
    const { effect, held, borrowed } = setUp(retrieve);
    effect.after(decision, [asked]);
    expect(await held[0]).toMatchObject([{ code, itemIds: [], overlap: 0 }]);
    expect(borrowed()).toBe(0);
  });

  it('leaves a decision alone where there is no shadow, or it is not drawn', () => {
    const none = setUp(async () => ({ items: [] }));
    none.effect.after(decision, [{ ...asked, kind: 'popularity' }]);
    const few = setUp(async () => ({ items: [] }), 0.1);
    few.effect.after(decision, [asked]);
    expect([none.held, few.held, few.questions, few.borrowed()]).toEqual([[], [], [], 0]);
  });

  it('asks each kind once', async () => {
    const { effect, questions, held } = setUp(async () => ({ items: [] }));
    effect.after(decision, [asked, { ...asked, askerOf: () => ({ by: 'item', item: 1 }) }]);
    await held[0];
    expect(questions).toHaveLength(1);
  });

  it('lets slates go without where shadows are slower than slates come', () => {
    const { effect, held, borrowed } = setUp(() => new Promise<never>(() => undefined));
    for (let slate = 0; slate < 40; slate++) effect.after(decision, [asked]);
    expect([held.length, borrowed()]).toEqual([32, 32]);
  });
});
