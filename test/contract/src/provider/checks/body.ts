import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';
import { callsOf, type KitCall, untouched } from '../rig/calls.ts';
import { type ProviderRig, withProvider } from '../rig/provider-rig.ts';

/**
 * Whatever `prepare` changes, the rest of a body reaches the provider byte for byte, and the same call twice is the same
 * bytes: providers' prompt caches live on that.
 */
export function body(registration: ProviderRegistration): ProviderCase[] {
  return Object.keys(registration.provider().paths)
    .flatMap(callsOf)
    .map((call) =>
      providerCase('body', `${call.dialect}${call.stream ? ', stream' : ''}`, () =>
        withProvider(registration, (rig) => mustKeep(rig, call)),
      ),
    );
}

async function mustKeep(rig: ProviderRig, call: KitCall): Promise<void> {
  const text = await bodyOf(rig, call);
  for (const part of untouched)
    must(
      text.includes(part),
      () => `${part} came out otherwise: ${text.slice(0, 400)}; change a body by the editor's set and remove alone`,
    );
  must(isObject(text), () => `what was sent is not a JSON object: ${text.slice(0, 400)}`);
  must((await bodyOf(rig, call)) === text, () => 'the same call came out otherwise when it was sent again');
}

async function bodyOf(rig: ProviderRig, call: KitCall): Promise<string> {
  const sent = await rig.sentFor(call);
  must(
    sent !== undefined,
    () => `nothing was sent: ${rig.recorder.lines.map(({ message }) => message).join(' ') || 'the gateway refused the call'}`,
  );
  return sent.body;
}

function isObject(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json);
  } catch {
    return false;
  }
}
