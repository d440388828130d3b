// A child process that is killed in the middle of its work, as for want of memory.
process.on('message', () => process.kill(process.pid, 'SIGKILL'));
