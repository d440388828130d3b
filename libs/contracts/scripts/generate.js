// Generates the TypeScript contracts (src/gen) and the descriptor set (descriptors/attune.binpb) from proto/.
const { execFileSync } = require('node:child_process');
const { mkdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..', '..');
const here = join(__dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
const buf = (args) => execFileSync(join(bin, 'buf'), args, { cwd: here, env, stdio: ['ignore', 'inherit', 'inherit'] });

rmSync(join(here, 'src', 'gen'), { recursive: true, force: true });
mkdirSync(join(here, 'descriptors'), { recursive: true });
const otlp = join(root, 'proto', 'attune', 'otlp');
buf(['generate', '--template', 'buf.gen.yaml', '--exclude-path', otlp]);
buf(['generate', '--template', 'buf.gen.otlp.yaml', '--path', otlp]);
buf(['build', root, '--as-file-descriptor-set', '-o', join('descriptors', 'attune.binpb')]);
