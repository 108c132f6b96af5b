/** Parameters that hold a credential: the gateway shows its own, in a header. */
const credentials: ReadonlySet<string> = new Set(['key', 'apikey', 'api_key', 'api-key', 'access_token', 'token', 'authorization']);

/** The client's query as it came, without parameters that are a credential, however their names are written. */
export function withoutCredentials(query: string): string {
  return query
    .split('&')
    .filter((pair) => !credentials.has(nameOf(pair)))
    .join('&');
}

function nameOf(pair: string): string {
  const name = (pair.split('=', 1)[0] as string).replaceAll('+', ' ');
  try {
    return decodeURIComponent(name).trim().toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
