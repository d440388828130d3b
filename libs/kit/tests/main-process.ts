// A process for run-main.int.test.ts.
import { runMain } from '../src/run-main';
import { smallSettings, startSmall } from './small-service';

runMain(
  async (env) => {
    const service = await startSmall(env, process.env.TEST_MIGRATIONS ?? '');
    if (process.env.TEST_FAULT === 'throw') setImmediate(() => failOnPurpose());
    return service;
  },
  { settings: smallSettings },
);

function failOnPurpose(): never {
  throw new Error('nobody catches this');
}
