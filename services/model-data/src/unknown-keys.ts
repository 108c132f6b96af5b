/** What a strict object says of a key that it does not know, and of what is no object at all. */
export function unknownKeys(otherwise: string, keys: Readonly<Record<string, unknown>>) {
  return ({ code }: { readonly code: string }) =>
    code === 'unrecognized_keys' ? `no such key (there are: ${Object.keys(keys).join(', ')})` : otherwise;
}
