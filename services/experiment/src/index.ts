export { type ExperimentConfig, experimentSettings } from './config';
export { startExperiment } from './service';
