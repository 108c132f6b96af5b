import { inspect } from 'node:util';
import type { Provider } from '@express-ai-gateway/core/provider';
import { must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import type { ProviderRegistration } from '../provider-registration.ts';

const prints: Readonly<Record<string, (provider: Provider) => string>> = {
  'JSON.stringify': (provider) => JSON.stringify(provider),
  'util.inspect': (provider) => inspect(provider, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
  String: (provider) =>
    [...provider.headers, ...provider.credentials.flatMap(({ headers }) => headers)].map((one) => `${one.value}`).join(),
};

/** Providers are logged with configs and errors: no secret prints, in a path neither. */
export function noPrint({ provider, secrets }: ProviderRegistration): ProviderCase[] {
  return Object.entries(prints).map(([name, print]) =>
    providerCase('no-print', name, () => {
      const text = print(provider());
      const at = secrets.findIndex((secret) => text.includes(secret));
      must(at === -1, () => `${name} shows secrets[${at}]; keep it in headers of credentials, or inside a function`);
    }),
  );
}
