import { AppError, type FieldViolation } from '@attune/errors';
import { type People, userIdOf } from './people';
import { cumulativeOf, indexOfWeight, rngFor, unit } from './random';
import { busyness } from './seasons';
import type { SessionOptions, SimulatedSession } from './simulated';
import type { World } from './taste';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** The streams of randomness of a simulation: who comes when, and what they do. */
const [WHO, WHAT] = [8, 9];

let meanBusyness: number | undefined;

/** The sessions hour by hour: as many as the hour is busy, each of somebody chosen by how active they are. */
export function planSessions({ people }: World, given: SessionOptions): Iterable<SimulatedSession> {
  const options = { ...given, users: given.users ?? people.count };
  check(options, people.count);
  return { [Symbol.iterator]: () => generateSessions(people, options) };
}

function* generateSessions(people: People, options: Required<SessionOptions>): Generator<SimulatedSession> {
  const { seed, users, hours, sessionsPerUserDay, startTime } = options;
  const rng = rngFor(seed, WHO, 0);
  const activity = cumulativeOf(people.activity.slice(0, users));
  const perHour = (users * sessionsPerUserDay) / 24 / weeklyMean();
  let [due, index] = [0, 0];
  for (let hour = 0; hour < hours; hour += 1) {
    const length = Math.min(1, hours - hour);
    due += perHour * length * busyness(startTime.getTime() + hour * HOUR_MS);
    const before = index;
    for (const count = Math.round(due) - before; index - before < count; index += 1) {
      const user = indexOfWeight(activity, 0, users, unit(rng) * activity[users - 1]!);
      const at = hour + (length * (index - before + 0.5)) / count;
      yield { index, hour: at, userId: userIdOf(user), rng: rngFor(seed, WHAT, index) };
    }
  }
}

/** The mean over the hours of a week. */
function weeklyMean(): number {
  if (meanBusyness !== undefined) return meanBusyness;
  let sum = 0;
  for (let hour = 0; hour < WEEK_HOURS; hour += 1) sum += busyness(hour * HOUR_MS);
  meanBusyness = sum / WEEK_HOURS;
  return meanBusyness;
}

function check({ users, hours, sessionsPerUserDay }: Required<SessionOptions>, most: number): void {
  const violations: FieldViolation[] = [];
  if (!Number.isInteger(users) || users < 1 || users > most) {
    violations.push({ field: 'users', description: `must be a whole number from 1 to ${most}, not ${users}` });
  }
  for (const [field, value] of Object.entries({ hours, sessionsPerUserDay })) {
    if (!(value > 0 && value <= 1e6)) violations.push({ field, description: `must be above 0, not ${value}` });
  }
  if (violations.length === 0) return;
  const problems = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.sessions', `there can be no such sessions: ${problems}`, { violations });
}
