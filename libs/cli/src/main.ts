import { makeProgram } from './program';

void makeProgram({
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  setExitCode: (code) => {
    process.exitCode = code;
  },
}).parseAsync();
