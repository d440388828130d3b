import { stopRunningStack } from '@attune/devstack';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';

/** `attune stop`: stops the fleet of this checkout. */
export const registerStop: RegisterCommand = (program, run) => {
  program
    .command('stop')
    .description('stop the fleet that "npm start" runs in this checkout; its data stays')
    .action(
      run(async (context: CliContext) => {
        const stopped = await stopRunningStack(context.root);
        context.output.result({ stopped }, () => [
          stopped ? 'The fleet has stopped; its data is kept.' : 'No fleet runs in this checkout.',
        ]);
      }),
    );
};
