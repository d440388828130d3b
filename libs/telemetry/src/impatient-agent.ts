import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Connections to a collector that end after a time whatever happens on them. The exporter's own time-out is one of silence: a
 * collector that sends a byte now and then would hold a request, its spans and a place among the exports for ever.
 */
export function impatientAgent(protocol: string, lifetimeMs: number): HttpAgent {
  const agent = protocol === 'https:' ? new HttpsAgent() : new HttpAgent();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, onCreated) => {
    const socket = connect(options, onCreated);
    if (socket) endAfter(socket, lifetimeMs);
    return socket;
  };
  return agent;
}

function endAfter(socket: Duplex, lifetimeMs: number): void {
  const timer = setTimeout(() => {
    const late: NodeJS.ErrnoException = new Error(`the collector did not answer within ${lifetimeMs} ms`);
    (socket as Socket).destroy(late);
  }, lifetimeMs).unref();
  socket.once('close', () => clearTimeout(timer));
}
