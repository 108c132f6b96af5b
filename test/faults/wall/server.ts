// `node wall/server.ts [--port N] [--factor N]`: the fault wall as a process of its own. Prints its base URL; a parent
// process that forked it gets the URL as a message, and the wall ends with it.

import { parseArgs } from 'node:util';
import { startWall } from './wall.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, factor: { type: 'string', default: '1' } } });
const wall = await startWall({ port: Number(values.port), factor: Number(values.factor) });
if (process.send === undefined) console.log(wall.url);
else {
  process.send(wall.url);
  process.once('disconnect', () => process.exit());
}
