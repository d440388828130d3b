import { AppError } from '@attune/errors';
import { until } from '@attune/testkit';
import { waiting } from '../../tests/fixtures/a-request';
import { BUILT_IN_SURFACES, EXPLORE, HOME } from '../domain/built-in-surfaces';
import type { StoredSurface } from '../surface-ports';
import { keepSurfaces } from './keep-surfaces';
import { makeSurfaceBook } from './surface-book';

const NOW = new Date('2026-11-26T12:00:00Z');
const logger = { info: () => undefined, warn: () => undefined };

function aVersion(name: string, version: number, settings: unknown = { rankDepth: 10 + version }): StoredSurface {
  return { name, version, settings, reason: '', actor: 'test', createdAt: NOW, change: version };
}

function setUp() {
  const stored: StoredSurface[] = [];
  const kept: StoredSurface[] = [];
  const problems: { store?: AppError; copies?: AppError } = {};
  const looks: number[] = [];
  const book = makeSurfaceBook({
    store: {
      newestSince: async (change) => {
        looks.push(change);
        if (problems.store) throw problems.store;
        return stored.filter((one) => one.change > change);
      },
    },
    copies: {
      keep: async (surfaces) => {
        if (problems.copies) throw problems.copies;
        kept.push(...surfaces);
      },
      all: async () => {
        if (problems.copies) throw problems.copies;
        return kept;
      },
    },
    builtIn: BUILT_IN_SURFACES,
    vocabulary: { interactionTypes: ['like'] },
    clock: () => NOW,
    logger,
  });
  return { book, stored, kept, problems, looks };
}

const away = new AppError('unavailable.postgres', 'away');

describe('the book of surfaces', () => {
  it('has what is built in before anybody asked, and takes unknown names for home', () => {
    const { book } = setUp();
    expect(book.named('explore')).toBe(EXPLORE);
    expect(book.named('nobody-made-me')).toEqual({ ...HOME, name: 'nobody-made-me' });
    expect(book.state()).toEqual({ origin: 'built_in', confirmedAt: undefined, problem: undefined });
  });

  it('takes what is stored, completed by what is built in, and then asks only for what is new', async () => {
    const { book, stored, looks } = setUp();
    stored.push(aVersion('explore', 2));
    await book.refresh(waiting);
    expect(book.named('explore')).toEqual({ ...EXPLORE, version: 2, rankDepth: 12 });
    await book.refresh(waiting);
    expect(looks).toEqual([0, 2]);
    expect(book.state()).toEqual({ origin: 'store', confirmedAt: NOW, problem: undefined });
  });

  it('gives names that nobody made what home is now', async () => {
    const { book, stored } = setUp();
    stored.push(aVersion('home', 1));
    await book.refresh(waiting);
    expect(book.named('other')).toEqual({ ...HOME, name: 'other', version: 1, rankDepth: 11 });
  });

  it('keeps what it has while the store is away, and says so', async () => {
    const { book, stored, problems } = setUp();
    stored.push(aVersion('home', 1));
    await book.refresh(waiting);
    problems.store = away;
    await expect(book.refresh(waiting)).rejects.toThrow('away');
    expect(book.named('home').version).toBe(1);
    expect(book.state()).toEqual({ origin: 'store', confirmedAt: NOW, problem: away });
  });

  it('serves the version before one that this build cannot use, and says which', async () => {
    const { book, stored } = setUp();
    stored.push(aVersion('home', 1), { ...aVersion('home', 2, { ofALaterBuild: 1 }) });
    await book.refresh(waiting);
    expect(book.named('home').version).toBe(1);
    expect(book.state().problem?.message).toMatch(/"home" is served by version 1.*version 2: settings.ofALaterBuild/);
    stored.push(aVersion('home', 3));
    await book.refresh(waiting);
    expect([book.named('home').version, book.state().problem]).toEqual([3, undefined]);
  });

  it('copies again what could not be copied', async () => {
    const { book, stored, kept, problems } = setUp();
    stored.push(aVersion('home', 1));
    problems.copies = new AppError('unavailable.redis', 'away');
    await book.refresh(waiting);
    delete problems.copies;
    await book.refresh(waiting);
    expect(kept).toEqual([aVersion('home', 1)]);
  });
});

describe('keeping surfaces', () => {
  const started = async ({ book, problems }: ReturnType<typeof setUp>) => {
    problems.store = away;
    return keepSurfaces({ surfaces: book, pollMs: 5, patienceMs: 1_000, logger });
  };

  it('starts from the copy where the store is away, and takes what the store has later', async () => {
    const fake = setUp();
    fake.kept.push(aVersion('home', 1));
    await using _keeping = await started(fake);
    expect([fake.book.named('home').version, fake.book.state().origin]).toEqual([1, 'copy']);
    fake.stored.push(aVersion('home', 2));
    delete fake.problems.store;
    await until('the store was read', async () => fake.book.named('home').version === 2);
    expect(fake.book.state().origin).toBe('store');
  });

  it('starts from what is built in where the copy is away too', async () => {
    const fake = setUp();
    fake.problems.copies = new AppError('unavailable.redis', 'away');
    await using _keeping = await started(fake);
    expect(fake.book.state()).toEqual({ origin: 'built_in', confirmedAt: undefined, problem: away });
  });
});
