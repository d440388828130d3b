import { createLogger } from './logger';

function aLogger(level: 'info' | 'silent' = 'info') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    logger: createLogger({ name: 'test', level, destination }),
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
});
