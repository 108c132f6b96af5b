import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';
import { callsOf, type KitCall } from '../rig/calls.ts';
import { withProvider } from '../rig/provider-rig.ts';

const statuses = [400, 401, 403, 404, 429, 500];

/** Providers repeat keys in their errors. The gateway takes out the values it knows: those of headers, without their scheme. */
export function scrub(registration: ProviderRegistration): ProviderCase[] {
  const { paths, dialects } = registration.provider();
  // To formats of the provider's own, chats are translated.
  const [call] = [...Object.keys(paths), ...dialects.map(() => 'openai-chat')].flatMap(callsOf);
  if (call === undefined || registration.secrets.length === 0) return [];
  return statuses.map((status) => providerCase('scrub', `an error of status ${status}`, () => mustHide(registration, call, status)));
}

async function mustHide(registration: ProviderRegistration, call: KitCall, status: number): Promise<void> {
  const { secrets } = registration;
  await withProvider(registration, async (rig) => {
    const said = `Not allowed: ${secrets.join(' and ')}.`;
    rig.answer = {
      status,
      body: JSON.stringify({ type: 'error', error: { message: said, type: 'kit', code: secrets[0] }, message: said }),
    };
    const { body, headers } = await rig.send(call);
    const places = { body: body.toString('utf8'), headers: JSON.stringify(headers), log: JSON.stringify(rig.recorder.lines) };
    for (const [place, text] of Object.entries(places)) {
      const at = secrets.findIndex((secret) => text.includes(secret));
      must(at === -1, () => `secrets[${at}] reached the ${place === 'log' ? 'log' : `client's ${place}`}; show it as it is, in a header`);
    }
  });
}
