import { join } from 'node:path';
import type { EvaluationTask } from '../evaluation-ports';
import { ChildPolicyEvaluator } from './child-policy-evaluator';

const modulePath = join(__dirname, '..', '..', 'tests', 'fixtures', 'hanging-child.js');
const task: EvaluationTask = {
  ...{ policy: 'clicks', armNames: ['left'], contextCount: 0, target: undefined, estimators: [] },
  choices: { to: new Date(0), resolvedBefore: new Date(0) },
};

describe('ChildPolicyEvaluator', () => {
  it('refuses more than may run at once, ends one whose caller is gone, and then takes the next', async () => {
    const evaluator = new ChildPolicyEvaluator({ modulePath, databaseUrl: '', schema: '', atOnce: 1 });
    for (let turn = 0; turn < 2; turn++) {
      const caller = new AbortController();
      const running = evaluator.evaluate(task, { signal: caller.signal });
      await expect(evaluator.evaluate(task, { signal: caller.signal })).rejects.toMatchObject({
        ...{ code: 'exhausted.evaluations', retryAfterMs: 1_000 },
      });
      caller.abort();
      await expect(running).rejects.toMatchObject({ code: 'cancelled.job' });
    }
  });
});
