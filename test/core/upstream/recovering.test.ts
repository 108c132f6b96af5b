import { describe, expect, it } from 'vitest';
import { type GatewayErrorCode, gatewayError } from '../../../core/src/errors.ts';
import type { GatewayResponse } from '../../../core/src/model/response.ts';
import { openaiCompatible } from '../../../core/src/providers/openai-compatible/openai-compatible.ts';
import type { ResilienceConfig } from '../../../core/src/resilience/settings.ts';
import { localSignals, type SignalMap } from '../../../core/src/services/signals.ts';
import type { Journey } from '../../../core/src/upstream/along-targets.ts';
import { recovering } from '../../../core/src/upstream/recovering.ts';
import { RecoveringBody } from '../../../core/src/upstream/recovering-body.ts';
import { settingsOf } from '../resilience/made-states.ts';
import { type MadeExchange, madeExchange } from './made-exchange.ts';
import { Upstream } from './made-stream.ts';

const providers = ['first', 'second', 'third'].map((name) => openaiCompatible({ name, baseUrl: 'http://127.0.0.1:9/v1' }));
const turn = () => new Promise((go) => setImmediate(go));

type Outcome = (journey: Journey) => Promise<GatewayResponse>;

function answering(upstream: Upstream, name: string): Outcome {
  const target = { id: `${name}/m`, provider: name, model: 'm' };
  return async () => ({ status: 200, headers: {}, source: 'upstream', target, body: upstream.body });
}

const refusing =
  (code: GatewayErrorCode, prefilled?: string): Outcome =>
  async ({ prefill }) => {
    if (prefill !== undefined) prefill.used = prefilled;
    throw gatewayError(code);
  };

/** Each journey in its turn; the first is the exchange's own. */
function sending(outcomes: readonly Outcome[], config: ResilienceConfig = {}, body: object = {}, among = providers) {
  const made: MadeExchange = madeExchange(among, { body: { stream: true, ...body } });
  const { exchange, logger } = made;
  const signals = localSignals(logger);
  const recoveries: SignalMap['recovery'][] = [];
  signals.on('recovery', (event) => void recoveries.push(event));
  const journeys: Journey[] = [];
  const settings = settingsOf(config);
  const travel = recovering({ settings: (model, target) => settings.call(model, target), signals }, (journey) =>
    (outcomes[journeys.push(journey) - 1] ?? refusing('GW_NO_TARGET'))(journey),
  );
  const client = { text: '', ended: undefined as string | undefined };
  async function sent(): Promise<GatewayResponse> {
    const response = await travel({ exchange, targets: exchange.targets, scope: exchange, kind: 'first' });
    if (response.body instanceof RecoveringBody)
      response.body.attach({
        region(bytes) {
          for (const [, piece] of bytes.toString().matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)) client.text += JSON.parse(`"${piece}"`);
          return true;
        },
        end() {
          client.ended = 'completed';
        },
        fail({ code }) {
          client.ended = code;
        },
      });
    return response;
  }
  return { ...made, sent, journeys, recoveries, client };
}

async function broken(first: Upstream, ...texts: string[]): Promise<void> {
  first.say(...texts);
  first.cut();
  await turn();
}

describe('recovering', () => {
  it('asks the other targets, says where the text stopped, and tells of it', async () => {
    const [first, second] = [new Upstream(), new Upstream()];
    const { sent, journeys, recoveries, client, exchange, logger } = sending([answering(first, 'first'), answering(second, 'second')]);
    await sent();
    await broken(first, 'Hello', ' you ');
    expect(journeys[1]).toMatchObject({ kind: 'recovery', prefill: { text: 'Hello you' } });
    expect(journeys[1]?.targets.map(({ id }) => id)).toEqual(['second/m', 'third/m']);
    second.say('Hello you and', ' me');
    second.finish();
    expect(client).toEqual({ text: 'Hello you and me', ended: 'completed' });
    expect(recoveries).toEqual([{ exchange: exchange.id, from: 'first/m', resumed: true }]);
    expect(logger.texts('warn')).toEqual([expect.stringContaining('another target went on with it')]);
  });

  it('takes what a target says that goes on from the beginning it was sent as the rest', async () => {
    const [first, second] = [new Upstream(), new Upstream()];
    const { sent, client } = sending([
      answering(first, 'first'),
      (journey) => {
        if (journey.prefill !== undefined) journey.prefill.used = 'second/m';
        return answering(second, 'second')(journey);
      },
    ]);
    await sent();
    await broken(first, 'Hello', ' you');
    second.say(' and me');
    second.finish();
    expect(client).toEqual({ text: 'Hello you and me', ended: 'completed' });
  });

  it('asks from the start again where a beginning was refused; the same target then says everything once more', async () => {
    const [first, second] = [new Upstream(), new Upstream()];
    const { sent, client, journeys } = sending([
      answering(first, 'first'),
      refusing('GW_UPSTREAM_REFUSED', 'second/m'),
      answering(second, 'second'),
    ]);
    await sent();
    await broken(first, 'Hello', ' you');
    expect(journeys.map(({ prefill }) => prefill?.text)).toEqual([undefined, 'Hello you', undefined]);
    second.say('Hello you', ' and me');
    second.finish();
    expect(client).toEqual({ text: 'Hello you and me', ended: 'completed' });
  });

  it('does not ask again where what was refused had no beginning in it', async () => {
    const first = new Upstream();
    const { sent, client, journeys, recoveries } = sending([answering(first, 'first'), refusing('GW_UPSTREAM_REFUSED')]);
    await sent();
    await broken(first, 'Hello');
    expect([client.ended, journeys.length, recoveries.map(({ resumed }) => resumed)]).toEqual(['GW_UPSTREAM_TRUNCATED', 2, [false]]);
  });

  it('sends no beginning of white space, which providers refuse', async () => {
    const first = new Upstream();
    const { sent, journeys } = sending([answering(first, 'first')]);
    await sent();
    await broken(first, '\n\n');
    expect([journeys.length, journeys[1]?.prefill]).toEqual([2, undefined]);
  });

  it('does not ask for a client that has left', async () => {
    const first = new Upstream();
    const { sent, journeys, exchange } = sending([answering(first, 'first')]);
    await sent();
    first.say('Hello');
    exchange.abort(gatewayError('GW_CLIENT_CLOSED'));
    first.cut();
    await turn();
    expect(journeys).toHaveLength(1);
  });

  it('does not ask when the gateway closes', async () => {
    const first = new Upstream();
    const { sent, journeys, exchange, client } = sending([answering(first, 'first')]);
    await sent();
    first.say('Hello');
    exchange.end(gatewayError('GW_CLOSING'));
    first.body.abort(gatewayError('GW_CLOSING'));
    await turn();
    expect([journeys.length, client.ended]).toEqual([1, 'GW_CLOSING']);
  });

  it('does not ask again after an error that would be the same elsewhere', async () => {
    const first = new Upstream();
    const { sent, journeys, client } = sending([answering(first, 'first')]);
    await sent();
    first.say('Hello');
    first.body.abort(gatewayError('GW_UPSTREAM_TOO_LARGE'));
    await turn();
    expect([journeys.length, client.ended]).toEqual([1, 'GW_UPSTREAM_TOO_LARGE']);
  });

  it('does not take a whole answer for a stream', async () => {
    const first = new Upstream();
    const whole = { status: 200, headers: {}, source: 'upstream', body: { kind: 'json' } } as unknown as GatewayResponse;
    const { sent, client } = sending([answering(first, 'first'), async () => whole]);
    await sent();
    await broken(first, 'Hello');
    expect(client.ended).toBe('GW_UPSTREAM_TRUNCATED');
  });

  it.each<[string, Parameters<typeof sending>[1], Parameters<typeof sending>[2], Parameters<typeof sending>[3]]>([
    ['it is off', { recovery: 'error' }, {}, providers],
    ['it is off for the target', { targets: { 'first/m': { recovery: 'error' } } }, {}, providers],
    ['there is no other target', {}, {}, providers.slice(0, 1)],
  ])('leaves the stream as it is where %s', async (_what, config, body, among) => {
    const first = new Upstream();
    const { sent } = sending([answering(first, 'first')], config, body, among);
    expect((await sent()).body).toBe(first.body);
  });

  it('says whether somebody could go on', async () => {
    const first = new Upstream();
    const { sent, exchange } = sending([answering(first, 'first')]);
    await sent();
    expect(exchange.recovering?.recoverable).toBe(false); // nothing to go on from
    first.say('Hello');
    expect(exchange.recovering?.recoverable).toBe(true);
  });
});
