import type { Credential, OutgoingRequest, Provider } from '@express-ai-gateway/core/provider';
import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';
import { mustBeHeaders, pairsOf } from './headers.ts';

/** Each credential has a name of its own and shows something, for each request anew and whatever others do meanwhile. */
export function credentials(registration: ProviderRegistration): ProviderCase[] {
  const provider = registration.provider();
  return [
    providerCase('credentials', 'names', () => mustHaveNames(provider, registration.secrets)),
    ...provider.credentials.map((credential) =>
      providerCase('credentials', credential.name, () => mustShow(provider, credential, registration.secrets.length > 0)),
    ),
  ];
}

function mustHaveNames({ credentials: all }: Provider, secrets: readonly string[]): void {
  must(all.length > 0, () => 'there is no credential; one without headers lets everybody in');
  for (const [index, { name }] of all.entries()) {
    must(all.findIndex((other) => other.name === name) === index, () => `two credentials are called ${JSON.stringify(name)}`);
    must(!secrets.some((secret) => name.includes(secret)), () => `credentials[${index}] is called by its secret`);
  }
}

async function mustShow(provider: Provider, credential: Credential, secret: boolean): Promise<void> {
  const fixed = [...pairsOf(provider.headers), ...pairsOf(credential.headers)];
  const { authorize } = credential;
  const made = authorize === undefined ? [[]] : await Promise.all([1, 2, 3].map(async (number) => authorize(request(provider, number))));
  for (const pairs of made) {
    must(Array.isArray(pairs), () => 'authorize returned no list of names and values');
    mustBeHeaders(pairs);
    const twice = pairs.find(([name]) => fixed.some(([other]) => other.toLowerCase() === name));
    must(twice === undefined, () => `authorize shows ${twice?.[0]}, which is in the fixed headers too`);
    must(!secret || fixed.length + pairs.length > 0, () => 'it shows nothing, though there are secrets');
  }
}

/** Frozen: a request is not authorize's to change. */
function request({ origin }: Provider, number: number): OutgoingRequest {
  const headers = Object.freeze([Object.freeze(['content-type', 'application/json'] as const)]);
  return Object.freeze({ method: 'POST', origin, path: `/kit/${number}?q=${number}`, headers, body: `{"kit":${number}}` });
}
