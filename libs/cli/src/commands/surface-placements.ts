import { AppError } from '@attune/errors';
import type { Command } from 'commander';
import { type ChangeOptions, changeSurface } from '../change-surface';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { finiteNumber, moment, wholeNumber } from '../parse';
import { listOf } from '../surface-edits';

interface Pin {
  readonly itemId: string;
  readonly position: number;
  readonly until?: string;
}

interface Boosted {
  readonly item?: string;
  readonly author?: string;
  readonly category?: string;
  readonly tag?: string;
}

type Boost = Readonly<Record<string, unknown>>;

/** `attune surfaces pin`, `unpin`, `boost` and `unboost`: what operators want to see more, less, or in a place. */
export function addPlacements(surfaces: Command, run: RunAction): void {
  addPins(surfaces, run);
  addBoosts(surfaces, run);
}

function changing(command: Command): Command {
  return command
    .argument('<name>', 'the surface, for instance home')
    .option('--reason <text>', 'why, for the history', '')
    .option('--dry-run', 'only check it and show what would change');
}

function addPins(surfaces: Command, run: RunAction): void {
  changing(surfaces.command('pin'))
    .requiredOption('--item <id>', 'the item')
    .requiredOption('--position <number>', 'its place, counted from 1', wholeNumber(1))
    .option('--until <time>', 'when it is let go, such as 2026-12-24T18:00:00Z', moment)
    .description('put an item in a place of every slate of a surface; a pin of that item or in that place is replaced')
    .action(
      run(
        (
          context: CliContext,
          name: string,
          options: ChangeOptions & { item: string; position: number; until?: Date },
        ) =>
          changeSurface(context, name, options, (surface) => {
            const pin: Pin = { itemId: options.item, position: options.position - 1, ...untilOf(options) };
            const others = listOf<Pin>(surface, 'pins').filter(
              ({ itemId, position }) => itemId !== pin.itemId && position !== pin.position,
            );
            return { ...surface.given, pins: [...others, pin].sort((a, b) => a.position - b.position) };
          }),
      ),
    );
  changing(surfaces.command('unpin'))
    .requiredOption('--item <id>', 'the item')
    .description('let an item go that was pinned')
    .action(
      run((context: CliContext, name: string, options: ChangeOptions & { item: string }) =>
        changeSurface(context, name, options, (surface) => {
          const pins = listOf<Pin>(surface, 'pins');
          const left = pins.filter(({ itemId }) => itemId !== options.item);
          if (left.length === pins.length) throw missing('pins', `no pin of ${options.item}`);
          return { ...surface.given, pins: left };
        }),
      ),
    );
}

function addBoosts(surfaces: Command, run: RunAction): void {
  aboutWhat(changing(surfaces.command('boost')))
    .requiredOption('--factor <number>', 'what its scores are multiplied by; below 1 there is less of it', finiteNumber)
    .option('--until <time>', 'when it ends, such as 2026-12-24T18:00:00Z', moment)
    .description('show more or less of an item, an author, a category or a tag on a surface')
    .action(
      run((context: CliContext, name: string, options: ChangeOptions & Boosted & { factor: number; until?: Date }) =>
        changeSurface(context, name, options, (surface) => {
          const what = boostedBy(options);
          const others = listOf<Boost>(surface, 'boosts').filter((other) => !isAbout(other, what));
          return { ...surface.given, boosts: [...others, { ...what, factor: options.factor, ...untilOf(options) }] };
        }),
      ),
    );
  aboutWhat(changing(surfaces.command('unboost')))
    .description('end a boost')
    .action(
      run((context: CliContext, name: string, options: ChangeOptions & Boosted) =>
        changeSurface(context, name, options, (surface) => {
          const what = boostedBy(options);
          const boosts = listOf<Boost>(surface, 'boosts');
          const left = boosts.filter((other) => !isAbout(other, what));
          if (left.length === boosts.length) throw missing('boosts', 'no boost of that');
          return { ...surface.given, boosts: left };
        }),
      ),
    );
}

function aboutWhat(command: Command): Command {
  return command
    .option('--item <id>', 'an item')
    .option('--author <id>', 'an author')
    .option('--category <name>', 'a category')
    .option('--tag <name>', 'a tag');
}

function boostedBy({ item, author, category, tag }: Boosted): Readonly<Record<string, string>> {
  const given = Object.entries({ itemId: item, authorId: author, category, tag }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length === 1) return Object.fromEntries(given) as Record<string, string>;
  throw new AppError('invalid.request', 'say of what: exactly one of --item, --author, --category and --tag');
}

function isAbout(boost: Boost, what: Readonly<Record<string, string>>): boolean {
  return Object.entries(what).every(([name, value]) => boost[name] === value);
}

function untilOf({ until }: { readonly until?: Date }): { readonly until?: string } {
  return until === undefined ? {} : { until: until.toISOString() };
}

function missing(what: string, message: string): AppError {
  return new AppError('not_found.placement', `there is ${message}; "surfaces show" lists the ${what}`);
}
