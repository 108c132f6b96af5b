import { GatewayError, requestPath } from '@express-ai-gateway/core';
import type { Provider, ProviderPath } from '@express-ai-gateway/core/provider';
import { ContractViolation, must } from '../../violation.ts';
import { type ProviderCase, providerCase } from '../provider-check.ts';
import { modelOf, type ProviderRegistration } from '../provider-registration.ts';

/** Names of models as they are, as they could be, and as somebody would write them to get elsewhere. */
const oddModels: readonly string[] = [
  ...['a', 'gpt-5', 'org/model', 'model@20250929', 'us.vendor.model-v1:0', 'a b', 'ft:gpt:acme::1', '100%', '~', '$&', "it's", '__proto__'],
  ...[
    '.',
    '..',
    '../admin',
    'a/../../admin',
    'a//b',
    '/a',
    'a/',
    '..%2fadmin',
    '%2e%2e/admin',
    '..\\admin',
    'a?b=c',
    'a#b',
    'a;b',
    '{model}',
  ],
  ...[
    'https://evil.example',
    '//evil.example',
    '@evil.example',
    ':8080',
    'x:generateContent',
    'a&key=1',
    'models/',
    'a\r\nhost: evil',
    'é',
    '',
  ],
];

/** Whatever a model is called, its requests go where the provider's path says, or not at all. */
export function paths(registration: ProviderRegistration): ProviderCase[] {
  const provider = registration.provider();
  return Object.entries(provider.paths).map(([dialect, path]) =>
    providerCase('paths', dialect, () => {
      mustResolve(provider, path, modelOf(registration, provider));
      for (const model of oddModels) for (const stream of [false, true]) mustStay(provider, path, model, stream);
    }),
  );
}

function mustResolve(provider: Provider, path: ProviderPath, model: string): void {
  for (const stream of [false, true])
    must(
      resolved(path, model, stream) !== undefined,
      () => `${provider.name}/${model} has no path; name a model that is served in the registration`,
    );
}

function mustStay(provider: Provider, path: ProviderPath, model: string, stream: boolean): void {
  const text = resolved(path, model, stream);
  if (text === undefined) return;
  const template = typeof path === 'string' ? path : stream ? path.stream : path.whole;
  const [before = '', after = ''] = template.split('{model}');
  const url = new URL(text, provider.origin);
  const stays = url.origin === provider.origin && url.pathname + url.search === text && text.startsWith(before) && text.endsWith(after);
  const inside = text.slice(before.length, text.length - after.length);
  must(stays && !/[?#\\]/.test(inside), () => `the model ${JSON.stringify(model)} leads to ${text}, which is not ${template}`);
}

/** `undefined` for models that are refused, as they may be. */
function resolved(path: ProviderPath, model: string, stream: boolean): string | undefined {
  try {
    return requestPath(path, model, stream);
  } catch (error) {
    if (error instanceof GatewayError && error.status === 400) return undefined;
    const name = error instanceof Error ? error.name : typeof error;
    throw new ContractViolation(`the path for the model ${JSON.stringify(model)} fails with a ${name}; modelName takes any name`);
  }
}
