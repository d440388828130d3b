// What the tests in Python need on the machine: a Python with numpy and onnxruntime, by ATTUNE_PYTHON or as python3.
const { spawnSync } = require('node:child_process');

/** What is missing in that environment; empty where the tests can run. */
function missingPython(env) {
  const python = env.ATTUNE_PYTHON || 'python3';
  const { status } = spawnSync(python, ['-c', 'import numpy, onnxruntime'], { stdio: 'ignore' });
  return status === 0 ? [] : [`onnxruntime and numpy for ${python}`];
}

module.exports = { missingPython };
