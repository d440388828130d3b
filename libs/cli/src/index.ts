export { type Examples, type FirstRunOptions, firstRun } from './first-run';
export { makeProgram, type ProgramOptions } from './program';
