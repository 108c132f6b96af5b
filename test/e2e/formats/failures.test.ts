import { describe, expect, it } from 'vitest';
import { leavesNothing } from '../../core/harness/nothing-left.ts';
import { drivers } from './drivers/all.ts';
import { type Driver, type Question, statusOf } from './drivers/driver.ts';
import { type ClientFormat, formats, formatsHost } from './providers.ts';

// What goes wrong at a provider, as each client library tells it: by its own error class with the right status, without the
// operator's secrets, and never as an answer that looks whole.

leavesNothing();

const turns = [{ user: 'One two three four five six seven eight.' }];
const secrets = /sk-|SimulatedOrg|internal\.simulated/;

async function failed(driver: Driver, origin: string, question: Question, signal?: AbortSignal): Promise<Error> {
  try {
    const answer = await driver.ask(origin, question, signal);
    throw new TypeError(`taken for whole: ${JSON.stringify(answer)}`);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('taken for whole')) throw error;
    return error as Error;
  }
}

describe.each(drivers)('$name', (driver) => {
  describe.each(formats)('with %s', (provider: ClientFormat) => {
    it.each([
      ['fail-400', 400],
      ['fail-401', 502],
      ['fail-404', 404],
      ['fail-429', 429],
      ['fail-500', 502],
      ['fail-503', 502],
    ])('%s is told with status %i, streamed or not', async (model, status) => {
      const { origin } = await formatsHost();
      for (const stream of [false, true]) {
        const error = await failed(driver, origin, { model: `${provider}/${model}`, turns, stream });
        expect(statusOf(error)).toBe(status);
        expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(secrets);
      }
    });

    it.each(['cut', 'error-event', 'first-event-error'])('a stream that breaks (%s) is an error, never a whole answer', async (model) => {
      const { origin } = await formatsHost();
      const error = await failed(driver, origin, { model: `${provider}/${model}`, turns, stream: true });
      expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(secrets);
    });

    it('a stream that fails before its content goes to the next target', async () => {
      const { origin } = await formatsHost({ models: { both: [`${provider}/first-event-error`, `${provider}/m`] } });
      const answer = await driver.ask(origin, { model: 'both', turns, stream: true });
      expect(answer.text).toBe('[simulated] You said: One two three four five six seven eight.');
    });

    it('one who leaves ends the call at the provider', async () => {
      const { origin, provider: simulated } = await formatsHost();
      for (const [model, stream] of [
        ['silent', false],
        ['stall', true],
      ] as const) {
        const leaving = new AbortController();
        const asked = failed(driver, origin, { model: `${provider}/${model}`, turns, stream }, leaving.signal);
        await until(() => simulated.requests.length > 0 && simulated.requests.at(-1)?.outcome === undefined);
        leaving.abort();
        await asked;
        await until(() => simulated.requests.at(-1)?.outcome === 'aborted');
      }
    });

    it('an unknown model is a 404 that names those there are', async () => {
      const { origin } = await formatsHost({ models: { chat: `${provider}/m` } });
      const error = await failed(driver, origin, { model: 'nonsense', turns });
      expect(statusOf(error)).toBe(404);
      expect(`${error.message}${JSON.stringify(error)}`).toContain('Available: chat');
    });
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let step = 0; step < 400 && !condition(); step += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}
