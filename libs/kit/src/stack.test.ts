import { recordingLogger } from '../tests/recording-logger';
import { Stack } from './stack';

describe('Stack', () => {
  it('closes in reverse what was opened, by dispose methods or by the function given', async () => {
    const closed: string[] = [];
    const stack = new Stack({ logger: recordingLogger() });
    await stack.open('async', () => ({ [Symbol.asyncDispose]: async () => void closed.push('async') }));
    await stack.open('sync', async () => ({ [Symbol.dispose]: () => void closed.push('sync') }));
    await stack.open(
      'given',
      () => 7,
      (seven) => void closed.push(`given ${seven}`),
    );
    await stack.open('nothing to close', () => 'text');
    stack.defer('deferred', () => void closed.push('deferred'));
    await stack.close();
    expect(closed).toEqual(['deferred', 'given 7', 'sync', 'async']);
  });

  it('names and times every step in the log', async () => {
    const logger = recordingLogger();
    const stack = new Stack({ logger });
    await stack.open(
      'database',
      () => 1,
      () => undefined,
    );
    await stack.close();
    const steps = logger.records.map(({ details, message }) => [details.step, message, typeof details.durationMs]);
    expect(steps).toEqual([
      ['database', 'started', 'number'],
      ['database', 'stopped', 'number'],
    ]);
  });

  it('goes on closing after a step that fails and a step that hangs', async () => {
    const closed: string[] = [];
    const logger = recordingLogger();
    const stack = new Stack({ logger, stepTimeoutMs: 10 });
    stack.defer('first', () => void closed.push('first'));
    stack.defer('fails', () => {
      throw new Error('on purpose');
    });
    stack.defer('hangs', () => new Promise(() => undefined));
    await stack.close();
    expect(closed).toEqual(['first']);
    expect(logger.records.filter(({ level }) => level === 'error').map(({ details }) => details.step)).toEqual([
      'hangs',
      'fails',
    ]);
  });

  it('closes once, however often it is asked', async () => {
    let times = 0;
    const stack = new Stack({ logger: recordingLogger() });
    stack.defer('counted', () => void times++);
    await Promise.all([stack.close(), stack.close()]);
    expect(times).toBe(1);
  });
});
