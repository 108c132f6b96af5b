// @portkey-ai/gateway as its own start script runs it, from bench/peers. The script listens on every interface; here it is
// held to 127.0.0.1, on a port of the system's choosing.

import { type AddressInfo, Server } from 'node:net';
import { usage } from '../probe.ts';
import { answer } from '../rpc.ts';

const script = new URL('../peers/node_modules/@portkey-ai/gateway/build/start-server.js', import.meta.url);
const listen = Server.prototype.listen as (this: Server, port: number, host: string) => Server;

Server.prototype.listen = function onLoopback(this: Server): Server {
  this.once('listening', () => answer({ port: (this.address() as AddressInfo).port }, { usage }));
  return listen.call(this, 0, '127.0.0.1');
} as typeof Server.prototype.listen;

process.argv.push('--headless');
await import(script.href);
