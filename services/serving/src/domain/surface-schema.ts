import { z } from 'zod';
import { RULES, SCORE_PARTS, SOURCES, STRATEGIES } from './surface';

/** The most pins that a surface may have. */
const MAX_PINS = 50;
/** The most boosts that a surface may have. */
const MAX_BOOSTS = 200;
/** The most candidates that one source may be asked for. */
const MAX_QUOTA = 500;

const MAX_HOURS = 87_600;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

interface Range {
  readonly from?: number;
  readonly above?: number;
  readonly to: number;
  readonly isWhole?: boolean;
}

/** A number in a range; says what was given and what is needed. */
function number({ from, above, to, isWhole = false }: Range) {
  const low = from === undefined ? `above ${above}` : `from ${from}`;
  const needed = `a ${isWhole ? 'whole ' : ''}number ${low} to ${to} is needed`;
  const isGood = (value: unknown): value is number =>
    typeof value === 'number' &&
    (from === undefined ? value > above! : value >= from) &&
    value <= to &&
    (!isWhole || Number.isInteger(value));
  return z.custom<number>(isGood, { error: ({ input }) => `is ${shown(input)}: ${needed}` });
}

function text(pattern: RegExp, needed: string) {
  const isGood = (value: unknown): value is string => typeof value === 'string' && pattern.test(value);
  return z.custom<string>(isGood, { error: ({ input }) => `is ${shown(input)}: ${needed}` });
}

/** An object of which every field may be missing, and no other may be there. */
function fields<const T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `is not known here; there are ${Object.keys(shape).join(', ')}`
        : `is ${shown(issue.input)}: an object is needed`,
  });
}

/** An object with one optional number for each of the names. */
function numbersOf<const N extends string>(names: readonly N[], range: Range) {
  const shape = Object.fromEntries(names.map((name) => [name, number(range).optional()]));
  return fields(shape as Record<N, z.ZodOptional<ReturnType<typeof number>>>);
}

/** An object with a value for each name that the caller likes. */
function valuesBy<V extends z.ZodType>(value: V, maxEntries: number) {
  return z
    .record(text(NAME, 'a name of lower-case letters, digits and _ is needed'), value, {
      error: ({ input }) => `is ${shown(input)}: an object is needed`,
    })
    .refine((entries) => Object.keys(entries).length <= maxEntries, { error: `has more than ${maxEntries} entries` });
}

const share = number({ from: 0, to: 1 });
const weight = { from: 0, to: 1_000 };
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const id = text(/^[^\u0000-\u001f\u007f-\u009f]{1,256}$/, 'an id of 1 to 256 characters is needed');
const policy = text(/^([a-z0-9-]{1,64})?$/, 'a name of 1 to 64 lower-case letters, digits and dashes is needed, or ""');
const until = z.iso.datetime({
  offset: true,
  error: ({ input }) => `is ${shown(input)}: a time such as 2026-12-24T18:00:00Z is needed`,
});
const blend = numbersOf(SCORE_PARTS, weight).refine(hasWeight, {
  error: `has no weight above 0; give one of ${SCORE_PARTS.join(', ')} a weight`,
});
const listOf = <T extends z.ZodType>(entry: T, max: number) =>
  z
    .array(entry, { error: ({ input }) => `is ${shown(input)}: a list is needed` })
    .max(max, { error: ({ input }) => `has ${(input as unknown[]).length} entries of at most ${max}` });

const pin = fields({
  itemId: id,
  position: number({ from: 0, to: 499, isWhole: true }),
  until: until.optional(),
});

const BOOSTED = ['itemId', 'authorId', 'category', 'tag'] as const;
const boost = fields({
  itemId: id.optional(),
  authorId: id.optional(),
  category: id.optional(),
  tag: id.optional(),
  factor: number({ above: 0, to: 100 }),
  until: until.optional(),
}).refine((one) => BOOSTED.filter((name) => one[name] !== undefined).length === 1, {
  error: `needs exactly one of ${BOOSTED.join(', ')}`,
});

/** What an operator may say of a surface. Every field is optional; what is left out is as built in. */
export const surfaceSettingsSchema = fields({
  sources: numbersOf(SOURCES, { from: 1, to: MAX_QUOTA, isWhole: true })
    .refine((quotas) => Object.values(quotas).some((quota) => quota !== undefined), {
      error: 'names no source; a surface needs one at least',
    })
    .optional()
    .describe('how many candidates each source is asked for; a source that is not named is not asked'),
  seenHours: valuesBy(
    z.union([z.literal('forever'), number({ above: 0, to: MAX_HOURS })], {
      error: ({ input }) => `is ${shown(input)}: a number of hours above 0 to ${MAX_HOURS} or "forever" is needed`,
    }),
    50,
  )
    .optional()
    .describe(
      'for how many hours an item stays away after each type of interaction; types that are not named do not matter',
    ),
  strategies: numbersOf(STRATEGIES, { from: 0, to: 1 })
    .refine(addsUpToOne, { error: ({ input }) => `add up to ${sumOf(input as object)}; they must add up to 1` })
    .optional()
    .describe('the probability of each strategy; with a policy, what stands in for it where it cannot be asked'),
  policy: policy.optional().describe('the policy of the bandit that chooses the strategy; "" for none'),
  blends: fields(
    Object.fromEntries(STRATEGIES.map((name) => [name, blend.optional()])) as Record<
      (typeof STRATEGIES)[number],
      z.ZodOptional<typeof blend>
    >,
  )
    .optional()
    .describe(
      'what a strategy makes of the scores: relative weights of its parts; strategies that are not named blend as built in',
    ),
  engagementShare: share
    .optional()
    .describe('how much of a score the engagement model is, from 0 to 1; the blend is the rest'),
  engagementValues: valuesBy(number({ from: -100, to: 100 }), 50)
    .optional()
    .describe('what each kind of engagement is worth, relative to a like'),
  rules: numbersOf(RULES, weight)
    .refine(hasWeight, { error: `has no weight above 0; give one of ${RULES.join(', ')} a weight` })
    .optional()
    .describe('the relative weight of each rule'),
  rankDepth: number({ from: 1, to: 2_000, isWhole: true })
    .optional()
    .describe('how many candidates, the best by the sources, are scored'),
  diversity: numbersOf(['most', 'author', 'category', 'novelty'], { from: 0, to: 1 })
    .optional()
    .describe(
      'how much a likeness costs at most, how alike items of one author and of one category are, how much novelty counts',
    ),
  exploration: fields({
    share: share.optional(),
    pool: number({ from: 1, to: MAX_QUOTA, isWhole: true }).optional(),
    policy: policy.optional(),
  })
    .optional()
    .describe(
      'the share of the places that is left to chance, from how many candidates those are drawn, and the policy that chooses of which source',
    ),
  pins: listOf(pin, MAX_PINS)
    .superRefine((pins, context) => refuseTwice(pins, context))
    .optional()
    .describe('items in fixed places, counted from 0: itemId, position, until'),
  boosts: listOf(boost, MAX_BOOSTS)
    .optional()
    .describe('what the scores of an itemId, an authorId, a category or a tag are multiplied by: factor, until'),
});

/** What an operator said of a surface, checked. */
export type SurfaceSettings = z.infer<typeof surfaceSettingsSchema>;

const TOLERANCE = 1e-6;

function addsUpToOne(probabilities: Readonly<Record<string, number | undefined>>): boolean {
  return Math.abs(total(probabilities) - 1) <= TOLERANCE;
}

function hasWeight(weights: Readonly<Record<string, number | undefined>>): boolean {
  return total(weights) > 0;
}

function total(numbers: Readonly<Record<string, number | undefined>>): number {
  return Object.values(numbers).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const sumOf = (numbers: object) => Number(total(numbers as Record<string, number>).toFixed(6));

function refuseTwice(pins: readonly z.infer<typeof pin>[], context: z.RefinementCtx): void {
  pins.forEach(({ itemId, position }, index) => {
    const before = pins.slice(0, index);
    const say = (field: string, message: string) => context.addIssue({ code: 'custom', path: [index, field], message });
    if (before.some((other) => other.itemId === itemId)) say('itemId', `is pinned twice`);
    if (before.some((other) => other.position === position)) say('position', `is ${position}, where another pin is`);
  });
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const json = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  return json.length > 40 ? `${json.slice(0, 40)}…` : json;
}
