export { type ServingConfig, servingSettings } from './config';
export { type RunningServing, startServing } from './service';
