import { hourOf, POPULARITY_HALF_LIFE_HOURS, POPULARITY_HOURS, weightedHours } from './popularity-hours';

it('weighs the hour of now whole and halves the weight with every half-life', () => {
  const now = new Date('2026-03-01T10:59:00Z');
  const hours = weightedHours(now);
  expect(hours[0]).toEqual({ hour: hourOf(now), weight: 1 });
  expect(hours[POPULARITY_HALF_LIFE_HOURS]).toEqual({ hour: hourOf(now) - POPULARITY_HALF_LIFE_HOURS, weight: 0.5 });
  expect(hours).toHaveLength(POPULARITY_HOURS);
});
