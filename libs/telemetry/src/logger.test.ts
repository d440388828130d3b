import { createLogger } from './logger';

function aLogger(level: 'info' | 'silent' = 'info') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    logger: createLogger({ name: 'test', level, destination, userKeyOf: (userId) => `key of ${userId.length}` }),
    records: () => lines.map((line) => JSON.parse(line)),
  };
}

describe('createLogger', () => {
  it('writes facts, sentence, level by name and time in ISO form', () => {
    const { logger, records } = aLogger();
    logger.warn({ partition: 3 }, 'late');
    expect(records()[0]).toMatchObject({ level: 'warn', name: 'test', partition: 3, msg: 'late' });
    expect(records()[0].time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('leaves out what is below its level', () => {
    const { logger, records } = aLogger();
    logger.debug({}, 'detail');
    expect(records()).toEqual([]);
  });

  it('gives children the facts of their parent', () => {
    const { logger, records } = aLogger();
    logger.child({ requestId: 'r1' }).info({}, 'hello');
    expect(records()[0]).toMatchObject({ requestId: 'r1' });
  });

  it('writes an error with its stack and its cause', () => {
    const { logger, records } = aLogger();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(records()[0].err.stack).toMatch(/outer[\s\S]*inner/);
  });

  it('writes users as keyed hashes, in its own facts and in those of its children', () => {
    const { logger, records } = aLogger();
    logger
      .child({})
      .child({ userId: 'anna' })
      .info({ user_ids: ['ben'], request: { user: 'cleopatra' } }, 'hello');
    expect(records()[0]).toMatchObject({ userId: 'key of 4', user_ids: ['key of 3'], request: { user: 'key of 9' } });
  });

  it('leaves out what drivers hang on their errors, and keeps what tells the kind of failure', () => {
    const { logger, records } = aLogger();
    const driver = { code: '23505', constraint: 'users_pkey', detail: 'Key (user_id)=(anna) already exists.' };
    const command = { name: 'smembers', args: ['seen:anna'] };
    logger.error({ err: Object.assign(new Error('refused'), driver, { command }) }, 'failed');
    expect(JSON.stringify(records())).not.toContain('anna');
    expect(records()[0].err).toMatchObject({ code: '23505', constraint: 'users_pkey', message: 'refused' });
  });

  it('writes every error of several', () => {
    const { logger, records } = aLogger();
    logger.error({ err: new AggregateError([new Error('one'), new Error('two')], 'both') }, 'failed');
    expect(records()[0].err.errors).toMatchObject([{ message: 'one' }, { message: 'two' }]);
  });

  it('leaves users out where it has no keyed hash for them', () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    createLogger({ name: 'test', level: 'info', destination }).info({ userId: 'anna' }, 'hello');
    expect(JSON.parse(lines[0]!)).toMatchObject({ userId: '(a user)' });
  });
});
