import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { makeProgram } from './program';

const ROOT = resolve(__dirname, '..', '..', '..');
const PAGES = globSync(['docs/runbooks/*.md', 'docs/operations.md'], { cwd: ROOT }).sort();
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

const program = makeProgram({
  env: {},
  stdout: process.stdout,
  stderr: process.stderr,
  setExitCode: () => undefined,
});

/** The command lines of a page, without the program's name: what follows it in a code block or between backticks. */
function commandsIn(page: string): readonly string[] {
  return [...textOf(page).matchAll(/scripts\/attune ([^`\n#|]+)/g)].map(([, line]) => line!.trim());
}

/** What is wrong with a command line; undefined where the program would take it. */
function problemOf(line: string): string | undefined {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  let command: Command = program;
  let given = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word.startsWith('--')) {
      const option = [...command.options, ...program.options].find(({ long }) => long === word);
      if (option === undefined) return `${command.name()} has no ${word}`;
      if (option.required) at += 1;
      continue;
    }
    const below = given === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (below !== undefined) command = below;
    else if (command === program) return `there is no ${word}`;
    else given += 1;
  }
  const { registeredArguments } = command;
  const isVariadic = registeredArguments.at(-1)?.variadic === true;
  if (given > registeredArguments.length && !isVariadic) return `${command.name()} takes fewer arguments`;
  if (given < registeredArguments.filter(({ required }) => required).length)
    return `${command.name()} needs more arguments`;
  return undefined;
}

describe('the runbooks', () => {
  it.each(PAGES)('%s names commands that there are, with options that they have', (page) => {
    expect(commandsIn(page).flatMap((line) => problemOf(line)?.concat(`: ${line}`) ?? [])).toEqual([]);
  });

  it.each([
    ['no-such-verb', 'there is no no-such-verb'],
    ['status --no-such-option', 'status has no --no-such-option'],
    ['decision', 'decision needs more arguments'],
    ['status twice', 'status takes fewer arguments'],
  ])('would be found out if they named "%s"', (line, problem) => expect(problemOf(line)).toBe(problem));

  it('each begin with commands to look by', () => {
    for (const page of PAGES.filter((path) => path.includes('runbooks'))) {
      expect(textOf(page)).toMatch(/## Look here first\n\n```sh\nscripts\/attune /);
      expect(textOf(page)).toMatch(/## What to do\n\n1\. [\s\S]*## When to wake whom\n\n\S/);
    }
  });

  it('are there for every kind of finding', () => {
    const source = textOf('services/monitoring/src/domain/finding.ts');
    const union = /export type FindingKind =([^;]*);/.exec(source)![1]!;
    const kinds = [...union.matchAll(/'(\w+)'/g)].map(([, kind]) => kind!);
    expect(kinds.length).toBeGreaterThan(10);
    const missing = kinds.filter((kind) => !PAGES.includes(`docs/runbooks/${kind.replaceAll('_', '-')}.md`));
    expect(missing).toEqual([]);
  });

  it('lead to pages that there are', () => {
    const broken = PAGES.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, link]) => join(dirname(page), link!))
        .filter((path) => !existsSync(join(ROOT, path))),
    );
    expect(broken).toEqual([]);
  });
});
