import { AppError } from '@attune/errors';
import type { Database } from '@attune/postgres';
import { openLateDatabase, stopTrying } from './late-database';

const logger = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
const database = { schema: 's', query: async () => ({ rows: [{ one: 1 }], rowCount: 1 }) } as unknown as Database;
const away = () => Promise.reject(new AppError('unavailable.postgres', 'away'));

describe('openLateDatabase', () => {
  it('answers at once where the server does', async () => {
    const late = await openLateDatabase({ database, bringUpToDate: async () => undefined, logger });
    expect((await late.query('SELECT 1')).rows).toEqual([{ one: 1 }]);
  });

  it('opens without the server, says that it is unavailable, and works once it is back', async () => {
    const answers = [away, away, async () => undefined];
    const back = Promise.withResolvers<void>();
    const bringUpToDate = () => answers.shift()!();
    const info = () => back.resolve();
    const late = await openLateDatabase({ database, bringUpToDate, logger: { ...logger, info }, retryMs: 1 });
    await expect(late.query('SELECT 1')).rejects.toMatchObject({ code: 'unavailable.postgres' });
    await expect(late.transaction(async () => 1)).rejects.toMatchObject({ code: 'unavailable.postgres' });
    await back.promise;
    expect((await late.query('SELECT 1')).rowCount).toBe(1);
  });

  it('does not wait for a server that is frozen, and goes on with the same attempt', async () => {
    const thaw = Promise.withResolvers<void>();
    const back = Promise.withResolvers<void>();
    const info = () => back.resolve();
    const options = { database, bringUpToDate: () => thaw.promise, firstTryMs: 1 };
    const late = await openLateDatabase({ ...options, logger: { ...logger, info } });
    thaw.resolve();
    await back.promise;
    expect((await late.query('SELECT 1')).rowCount).toBe(1);
  });

  it('fails the start where a migration is wrong', async () => {
    const bringUpToDate = () => Promise.reject(new AppError('failed_precondition.migration', 'broken'));
    await expect(openLateDatabase({ database, bringUpToDate, logger })).rejects.toThrow('broken');
  });

  it('stops trying when the service stops', async () => {
    const late = await openLateDatabase({ database, bringUpToDate: away, logger, retryMs: 3_600_000 });
    await stopTrying(late);
    await expect(late.query('SELECT 1')).rejects.toMatchObject({ code: 'unavailable.postgres' });
  });
});
