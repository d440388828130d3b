import { runDoctor } from '@attune/devstack';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';

/** `attune doctor`: checks everything that the fleet depends on. */
export const registerDoctor: RegisterCommand = (program, run) => {
  program
    .command('doctor')
    .description('check everything the fleet depends on; says what is wrong and how to mend it')
    .action(
      run(async (context: CliContext) => {
        const checks = await runDoctor({ root: context.root, env: process.env });
        const wrong = checks.filter((check) => !check.ok);
        context.output.result({ isHealthy: wrong.length === 0, checks }, () => [
          ...table(
            ['', 'check', 'found'],
            checks.map(({ ok, name, detail }) => [ok ? 'ok' : 'WRONG', name, detail]),
          ),
          ...wrong.map(({ name, remedy }) => `${name}: ${remedy}`),
        ]);
        if (wrong.length > 0) context.failed = true;
      }),
    );
};
