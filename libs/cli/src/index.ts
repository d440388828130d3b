export { type Examples, type FirstRunOptions, firstRun } from './first-run';
export { makeProgram, type ProgramOptions } from './program';
export { driveTraffic, type PlayedSlate, type TrafficClients, type TrafficOptions } from './simulate/drive-traffic';
export { TrafficBook } from './simulate/traffic-book';
export { clickRate, clicksPerImpression, type TrafficTotals } from './simulate/traffic-totals';
