// The child process of one off-policy evaluation. Built, and started by its path.
import type { OffPolicyReport } from '@attune/bandits';
import { serveChild } from '@attune/jobs';
import { openDatabase } from '@attune/postgres';
import type { PolicyEvaluationInput } from './jobs/child-policy-evaluator';
import { PostgresSelections } from './storage/postgres-selections';
import { makeEstimateFromLog } from './use-cases/estimate-from-log';

serveChild<PolicyEvaluationInput, OffPolicyReport>(async ({ databaseUrl, schema, task }) => {
  const connection = { url: databaseUrl, schema, applicationName: 'bandit evaluation', maxConnections: 1 };
  await using database = await openDatabase(connection);
  // awaited here, because the connection closes when this returns
  return await makeEstimateFromLog({ selections: new PostgresSelections(database) })(task);
});
