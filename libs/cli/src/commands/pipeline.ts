import { serving } from '@attune/contracts';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';

/** `attune pipeline`: the stages of a slate in their order, and what a surface uses of them. */
export const registerPipeline: RegisterCommand = (program, run) => {
  program
    .command('pipeline')
    .description('how a slate is made: every part in its order, how a surface uses it, and what happens without it')
    .option('--surface <name>', 'as this surface uses them', 'home')
    .action(
      run(async (context: CliContext, { surface }: { surface: string }) => {
        const response = await context.client('serving').describePipeline({ surface });
        context.output.result(serving.DescribePipelineResponse.toJSON(response), () => pipelineLines(response));
      }),
    );
};

/** The parts under their stages; what the surface does not use is marked. */
function pipelineLines({ parts, surface }: serving.DescribePipelineResponse): readonly string[] {
  const version = surface?.version === 0 ? 'as built in' : `version ${surface?.version}`;
  const byStage = Map.groupBy(parts, ({ name }) => name.slice(0, name.indexOf('/')));
  const width = Math.max(...parts.map(({ name }) => shortName(name).length));
  return [
    `A slate of ${surface?.name} (${version}), from top to bottom:`,
    ...[...byStage].flatMap(([stage, members]) => ['', stage, ...members.flatMap((part) => partLines(part, width))]),
  ];
}

function partLines(
  { name, description, used, usage, withoutIt }: serving.PipelinePart,
  width: number,
): readonly string[] {
  const indent = ' '.repeat(width + 6);
  return [
    `  ${used ? '*' : '-'} ${shortName(name).padEnd(width)}  ${usage}`.trimEnd(),
    `${indent}${description}`,
    ...(used && withoutIt !== '' ? [`${indent}without it: ${withoutIt}`] : []),
  ];
}

const shortName = (name: string) => name.slice(name.indexOf('/') + 1);
