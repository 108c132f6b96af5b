import { greeting } from './greeting.ts';
import { start } from './running.ts';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function portFrom(value: string | undefined): number {
  if (value === undefined || value.trim() === '') return 3000;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  return fail(`PORT: expected a port from 0 to 65535 (0 takes a free one), received ${JSON.stringify(value)}.`);
}

function whyNot(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Stop what uses it, or choose another: PORT=${port + 1} npm start`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user. Choose one above 1023: PORT=3000 npm start`;
  return `The app could not start: ${message}`;
}

const port = portFrom(process.env.PORT);
const running = await start(process.env, port).catch((error: unknown) => fail(whyNot(error, port)));
console.log(greeting(running));

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    console.log('Closing; open answers may finish. Again to stop at once.');
    void running.close().finally(() => process.exit(0));
  });
