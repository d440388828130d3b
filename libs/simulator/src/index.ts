export { makeRng, type Rng } from './random';
export { DEFAULT_SAMPLE, simulate } from './simulate';
export type {
  Reaction,
  SimulatedFollow,
  SimulatedInteraction,
  SimulatedItem,
  SimulatedType,
  SimulatedUser,
  Simulation,
  SimulationOptions,
} from './simulated';
