import { readFileSync } from 'node:fs';
import { serving } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Command } from 'commander';
import { type ChangeOptions, changeSurface, differences, settingsOf } from '../change-surface';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { setting, wholeNumber, words } from '../parse';
import { type SettingsObject, settingLines, withoutPaths, withValues } from '../surface-edits';
import { addPlacements } from './surface-placements';

/** `attune surfaces`: how slates are made where they are shown, and changes of that. */
export const registerSurfaces: RegisterCommand = (program, run) => {
  const surfaces = program
    .command('surfaces')
    .description('how slates are made, by the place where they are shown; show, set, history, pin and boost below it')
    .action(run(listSurfaces));
  addShow(surfaces, run);
  addSet(surfaces, run);
  addHistory(surfaces, run);
  addPlacements(surfaces, run);
};

async function listSurfaces(context: CliContext): Promise<void> {
  const { surfaces } = await context.client('serving').listSurfaces({});
  context.output.result({ surfaces: surfaces.map((surface) => serving.Surface.toJSON(surface)) }, () =>
    table(
      ['surface', 'version', 'ranked by', 'sources', 'pins', 'boosts', 'since', 'why'],
      surfaces.map((surface) => {
        const { sources = {}, pins = [], boosts = [], ...settings } = settingsOf(surface);
        return [
          surface.name,
          surface.version === 0 ? 'built in' : `v${surface.version}`,
          rankedBy(settings),
          Object.keys(sources as object).length,
          (pins as unknown[]).length,
          (boosts as unknown[]).length,
          timeText(surface.createdAt),
          surface.reason,
        ];
      }),
    ),
  );
}

function rankedBy({ policy, strategies }: SettingsObject): string {
  if (policy) return `policy ${policy}`;
  const entries = Object.entries(strategies ?? {}).filter(([, probability]) => probability > 0);
  return entries.length === 1
    ? entries[0]![0]
    : entries.map(([name, probability]) => `${name} ${probability}`).join(', ');
}

function timeText(time: Date | undefined): string {
  return time?.toISOString().slice(0, 19) ?? '';
}

function addShow(surfaces: Command, run: RunAction): void {
  surfaces
    .command('show')
    .argument('<name>', 'for instance home')
    .option('--version <number>', 'as it was at this version', wholeNumber(1))
    .description('everything that decides how a surface makes its slates, as set accepts it')
    .action(
      run(async (context: CliContext, name: string, { version = 0 }: { version?: number }) => {
        const { surface } = await context.client('serving').getSurface({ name, version });
        context.output.result(surface === undefined ? {} : serving.Surface.toJSON(surface), () => [
          `${name}, ${surface?.version === 0 ? 'as built in' : `version ${surface?.version} of ${timeText(surface?.createdAt)} by ${surface?.actor}`}`,
          ...(surface?.reason ? [`because: ${surface.reason}`] : []),
          '',
          ...settingLines(settingsOf(surface)),
        ]);
      }),
    );
}

interface SetOptions extends ChangeOptions {
  readonly file?: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly unset: readonly string[];
}

function addSet(surfaces: Command, run: RunAction): void {
  surfaces
    .command('set')
    .argument('<name>', 'a surface that there is, or a new one: lower-case letters, digits, - and _')
    .option('--file <path>', 'a JSON file with all settings; what it leaves out is as built in, {} for all of it')
    .option('--set <path=value>', 'one setting, again and again: sources.trending=200', setting, {})
    .option('--unset <paths>', 'settings to take away, separated by commas: sources.fresh', words, [])
    .option('--reason <text>', 'why, for the history', '')
    .option('--dry-run', 'only check it and show what would change')
    .description('change how a surface makes its slates; every replica acts on it within about a second')
    .addHelpText(
      'after',
      '\nExamples:\n  scripts/attune surfaces set home --set sources.trending=200 --set diversity.most=0.5 --reason "more variety"\n' +
        '  scripts/attune surfaces set home --set \'strategies={"hybrid":0.9,"rule_based":0.1}\' --dry-run\n' +
        '  scripts/attune surfaces set home --unset sources.fresh',
    )
    .action(
      run((context: CliContext, name: string, options: SetOptions) =>
        changeSurface(context, name, options, (surface) => {
          if (options.file !== undefined) return readSettings(options.file);
          if (Object.keys(options.set).length + options.unset.length === 0) throw nothingToDo();
          const given = withValues(surface, options.set);
          return withoutPaths({ ...surface, given }, options.unset);
        }),
      ),
    );
}

function readSettings(path: string): SettingsObject {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as SettingsObject;
  } catch (cause) {
    throw new AppError('invalid.file', `${path} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
}

function nothingToDo(): AppError {
  return new AppError('invalid.request', 'nothing to set: give --set path=value, --unset path or --file');
}

function addHistory(surfaces: Command, run: RunAction): void {
  surfaces
    .command('history')
    .argument('<name>', 'for instance home')
    .description('every version of a surface, newest first, and what was given otherwise than in the one before')
    .action(
      run(async (context: CliContext, name: string) => {
        const request = serving.ListSurfaceVersionsRequest.fromPartial({ name });
        const { surfaces: versions } = await context.client('serving').listSurfaceVersions(request);
        context.output.result({ versions: versions.map((version) => serving.Surface.toJSON(version)) }, () =>
          versions.length === 0
            ? [`${name} is as built in: nobody changed it`]
            : versions.flatMap((one, at) => [
                [`v${one.version}`, timeText(one.createdAt), one.actor, one.reason].filter(Boolean).join('  '),
                ...differences(settingLines(settingsOf(versions[at + 1])), settingLines(settingsOf(one))),
              ]),
        );
      }),
    );
}
