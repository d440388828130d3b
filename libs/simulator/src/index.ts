export { makeRng, type Rng } from './random';
export { DEFAULT_SAMPLE, simulate } from './simulate';
export type {
  Reaction,
  SessionOptions,
  ShiftedTastes,
  SimulatedFollow,
  SimulatedInteraction,
  SimulatedItem,
  SimulatedSession,
  SimulatedType,
  SimulatedUser,
  Simulation,
  SimulationOptions,
  SlateEvent,
  TasteShift,
  Tastes,
} from './simulated';
