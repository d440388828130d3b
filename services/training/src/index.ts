export { type TrainingConfig, trainingSettings } from './config';
export { startTraining } from './service';
