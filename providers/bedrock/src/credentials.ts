import { bearerKeys, type CredentialSpec, kindOf, oneOf, placeOf, refuse } from '@express-ai-gateway/core/provider';
import { type AwsCredentials, requestSigner } from './signature.ts';

/** Credentials, or a function that gives those to use now, such as the AWS SDK's `fromNodeProviderChain()`. */
export type AwsCredentialSource = AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);

export interface CredentialOptions {
  readonly region: string;
  readonly credentials?: AwsCredentialSource | undefined;
  readonly apiKey?: string | readonly string[] | undefined;
}

/** One of the two ways: an API key of Bedrock's as a bearer token, or AWS credentials that sign each request. */
export function credentialSpecs(name: string, options: CredentialOptions): CredentialSpec[] {
  if (oneOf(name, options, ['credentials', 'apiKey']) === 'apiKey') return bearerKeys(name, options.apiKey);
  return [signed(name, options)];
}

/**
 * The function is asked for each request: it keeps what it has for as long as that holds, as the AWS SDK's do. What it throws
 * the gateway logs and the client never reads.
 */
function signed(name: string, { region, credentials }: CredentialOptions): CredentialSpec {
  const signer = requestSigner(region);
  if (typeof credentials === 'function')
    return { name: 'credentials', authorize: async (request) => signer.headers(request, given(await credentials())) };
  const problem = problemOf(credentials);
  if (problem !== undefined) return refuse(placeOf(name), problem.path, problem.expected, problem.received);
  const fixed = { ...credentials } as AwsCredentials; // checked just now
  return { name: 'credentials', authorize: (request) => signer.headers(request, fixed) };
}

function given(credentials: AwsCredentials): AwsCredentials {
  const problem = problemOf(credentials);
  if (problem === undefined) return credentials;
  const { path, expected, received } = problem;
  throw new TypeError(`The function for credentials gave ${received} as ${path}, expected ${expected}.`);
}

interface Problem {
  readonly path: string;
  readonly expected: string;
  readonly received: string;
}

/** Never says what it got: the message is logged. */
function problemOf(credentials: unknown): Problem | undefined {
  if (typeof credentials !== 'object' || credentials === null) {
    const expected = 'AWS credentials { accessKeyId, secretAccessKey }, or a function that gives them';
    return { path: 'credentials', expected, received: kindOf(credentials) };
  }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials as Partial<Record<keyof AwsCredentials, unknown>>;
  const parts = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  for (const [key, value] of Object.entries(parts))
    if (typeof value !== 'string' || !/^[!-~]+$/.test(value))
      return { path: `credentials.${key}`, expected: 'a text of printable ASCII (is it set?)', received: kindOf(value) };
  return undefined;
}
