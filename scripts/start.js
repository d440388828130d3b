// npm start: sets up the checkout, then runs the local stack in the foreground until Ctrl-C.
const { spawn } = require('node:child_process');
const { join } = require('node:path');
const { bootstrap, fail } = require('./bootstrap');
const { root } = require('./setup/environment');

async function main() {
  const node = await bootstrap();
  const program = join(root, 'libs', 'devstack', 'dist', 'start.js');
  // The channel tells the stack when this process is killed, so that it never runs on alone.
  const child = spawn(node, [program, ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', fail);
  child.once('exit', (code, signal) => {
    process.exitCode = code === null ? 1 : code;
    if (signal) process.stderr.write(`the stack was ended by ${signal}\n`);
  });
}

main().catch(fail);
