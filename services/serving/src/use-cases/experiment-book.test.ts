import { AppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import { waiting } from '../../tests/fixtures/a-request';
import { anExperiment } from '../../tests/fixtures/an-experiment';
import type { ExperimentCopies } from '../experiment-ports';
import { makeExperimentBook } from './experiment-book';
import { keepExperiments } from './keep-experiments';

const logger = { info: () => undefined, warn: () => undefined };
const away = new AppError('unavailable.experiment', 'away');

class MemoryCopies implements ExperimentCopies {
  readonly kept = new Map<string, ExperimentDefinition>();
  isComplete = false;
  problem: AppError | undefined;

  async keep(definitions: readonly ExperimentDefinition[]): Promise<void> {
    if (this.problem) throw this.problem;
    for (const one of definitions)
      if ((this.kept.get(one.experimentId)?.version ?? -1) < one.version) this.kept.set(one.experimentId, one);
  }

  async correct(definitions: readonly ExperimentDefinition[]): Promise<void> {
    for (const one of definitions)
      if ((this.kept.get(one.experimentId)?.version ?? -1) <= one.version) this.kept.set(one.experimentId, one);
  }

  async complete(): Promise<void> {
    this.isComplete = true;
  }

  async all() {
    if (this.problem) throw this.problem;
    return { definitions: [...this.kept.values()], isComplete: this.isComplete };
  }
}

function setUp(copies = new MemoryCopies()) {
  const owner: { running: readonly ExperimentDefinition[] | AppError; whileAsked?: () => Promise<void> } = {
    running: [],
  };
  const directory = {
    running: async () => {
      await owner.whileAsked?.();
      if (owner.running instanceof AppError) throw owner.running;
      return owner.running;
    },
  };
  const book = makeExperimentBook({ directory, copies, logger });
  return { book, owner, copies, ids: () => book.running().map(({ experimentId }) => experimentId) };
}

describe('the book of experiments', () => {
  it('knows nothing before anybody said anything, and says so', async () => {
    const { book } = setUp();
    expect([book.running(), book.problem()?.code]).toEqual([[], 'unavailable.experiments']);
    await book.ask(waiting);
    expect(book.problem()).toBeUndefined();
  });

  it('takes over a change, and shares it', async () => {
    const { book, ids, copies } = setUp();
    await book.changed(anExperiment());
    expect([ids(), [...copies.kept.keys()]]).toEqual([['exp-1'], ['exp-1']]);
    await book.changed(anExperiment({}, { state: 'paused', version: 2 }));
    expect(ids()).toEqual([]);
  });

  it('does not go back to a change that comes again after a later one', async () => {
    const { book, ids } = setUp();
    await book.changed(anExperiment({}, { state: 'stopped', version: 2 }));
    await book.changed(anExperiment({}, { version: 1 }));
    expect(ids()).toEqual([]);
  });

  it('hears of what another replica took over', async () => {
    const one = setUp();
    const other = setUp(one.copies);
    await one.book.changed(anExperiment());
    await other.book.takeCopies();
    expect(other.ids()).toEqual(['exp-1']);
  });

  it('starts by the copies while the owner is away, and knows by them', async () => {
    const one = setUp();
    one.owner.running = [anExperiment()];
    await one.book.ask(waiting);
    const other = setUp(one.copies);
    other.owner.running = away;
    await using _ = await keepExperiments({ experiments: other.book, pollMs: 60_000, patienceMs: 1_000, logger });
    expect([other.ids(), other.book.problem()]).toEqual([['exp-1'], undefined]);
  });

  it('goes by what it knows while the owner is away later', async () => {
    const { book, owner, ids } = setUp();
    owner.running = [anExperiment()];
    await book.ask(waiting);
    owner.running = away;
    await expect(book.ask(waiting)).rejects.toBe(away);
    expect([ids(), book.problem()]).toEqual([['exp-1'], undefined]);
  });

  it('ends what the owner does not list any more, for all replicas, but not what began while it was asked', async () => {
    const { book, owner, ids, copies } = setUp();
    await book.changed(anExperiment());
    owner.whileAsked = () => book.changed(anExperiment({}, { experimentId: 'exp-2' }));
    await book.ask(waiting);
    expect(ids()).toEqual(['exp-2']);
    expect(copies.kept.get('exp-1')?.state).toBe('stopped');
  });

  it('ends with the next look what another replica found to be over', async () => {
    const one = setUp();
    const other = setUp(one.copies);
    one.owner.running = other.owner.running = [anExperiment()];
    await one.book.ask(waiting);
    await other.book.ask(waiting);
    one.owner.running = [];
    await one.book.ask(waiting);
    await other.book.takeCopies();
    expect(other.ids()).toEqual([]);
  });

  it('goes on with what was found to be over and is listed again as it was', async () => {
    const { book, owner, ids } = setUp();
    owner.running = [anExperiment()];
    await book.ask(waiting);
    owner.running = [];
    await book.ask(waiting);
    owner.running = [anExperiment()];
    await book.ask(waiting);
    expect(ids()).toEqual(['exp-1']);
    await book.takeCopies();
    expect(ids()).toEqual(['exp-1']);
  });

  it('knows also while the copies cannot be kept', async () => {
    const { book, owner, ids, copies } = setUp();
    copies.problem = away;
    owner.running = [anExperiment()];
    await book.ask(waiting);
    expect(ids()).toEqual(['exp-1']);
  });

  it('has a change delivered again that could not be shared', async () => {
    const { book, copies, ids } = setUp();
    copies.problem = away;
    await expect(book.changed(anExperiment())).rejects.toBe(away);
    copies.problem = undefined;
    await book.changed(anExperiment());
    expect([ids(), [...copies.kept.keys()]]).toEqual([['exp-1'], ['exp-1']]);
  });
});
