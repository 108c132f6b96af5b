import { createHmac, hash, timingSafeEqual } from 'node:crypto';

// AWS Signature Version 4, the checking side, written by its description:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

export interface SignedRequest {
  readonly method: string;
  /** As it stood in the request line, with its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** What is wrong with a request's signature; `undefined` for a good one. */
export function signatureProblem(request: SignedRequest, keys: Keys): string | undefined {
  const said = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    header(request, 'authorization'),
  );
  if (said === null) return 'no signature';
  const [, credential = '', signedHeaders = '', signature = ''] = said;
  const date = header(request, 'x-amz-date');
  const scope = `${date.slice(0, 8)}/${keys.region}/${keys.service}/aws4_request`;
  if (credential !== `${keys.accessKeyId}/${scope}`) return `the credential is ${credential}`;
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-amz-date']) if (!names.includes(needed)) return `${needed} is not signed`;
  const bodyHash = request.headers['x-amz-content-sha256'];
  if (bodyHash !== undefined && bodyHash !== hash('sha256', request.body, 'hex')) return 'the hash of the body is another';
  const expected = signatureOf(request, names, { date, scope }, keys);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature)) ? undefined : 'the signature does not match';
}

function signatureOf(request: SignedRequest, names: readonly string[], when: { date: string; scope: string }, keys: Keys): string {
  const canonical = canonicalRequest(request, names);
  const toSign = ['AWS4-HMAC-SHA256', when.date, when.scope, hash('sha256', canonical, 'hex')].join('\n');
  const key = [when.date.slice(0, 8), keys.region, keys.service, 'aws4_request'].reduce<Buffer>(
    (signingKey, part) => createHmac('sha256', signingKey).update(part).digest(),
    Buffer.from(`AWS4${keys.secretAccessKey}`),
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

export function canonicalRequest(request: SignedRequest, names: readonly string[]): string {
  const [path = '', query = ''] = request.target.split('?', 2);
  return [
    request.method,
    // Each segment of the path as it was sent is encoded once more: so for every service but S3.
    path.split('/').map(uriEncoded).join('/'),
    query
      .split('&')
      .filter((pair) => pair !== '')
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${header(request, name).trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    hash('sha256', request.body, 'hex'),
  ].join('\n');
}

/** All but letters, digits, `-`, `.`, `_` and `~`. */
function uriEncoded(text: string): string {
  return Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function header({ headers }: SignedRequest, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
