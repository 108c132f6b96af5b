import { body } from './checks/body.ts';
import { credentials } from './checks/credentials.ts';
import { framing } from './checks/framing.ts';
import { frozen } from './checks/frozen.ts';
import { headers } from './checks/headers.ts';
import { noPrint } from './checks/no-print.ts';
import { paths } from './checks/paths.ts';
import { scrub } from './checks/scrub.ts';
import type { ProviderCase } from './provider-check.ts';
import type { ProviderRegistration } from './provider-registration.ts';

/**
 * The contract of a provider as named cases, for a runner that shows each:
 * `for (const { name, run } of providerCases({ provider: () => acme({ apiKey }), secrets: [apiKey] })) it(name, run)`.
 */
export function providerCases(registration: ProviderRegistration): readonly ProviderCase[] {
  return [
    ...frozen(registration),
    ...noPrint(registration),
    ...paths(registration),
    ...headers(registration),
    ...credentials(registration),
    ...body(registration),
    ...scrub(registration),
    ...framing(registration),
  ];
}
