/** Longest name of a model. */
const maxLength = 256;

/**
 * Whether a provider could have a model of this name: printable ASCII, as all model ids are. Names become target ids, and
 * those stand in headers, logs and terminals.
 */
export function isModelName(name: string): boolean {
  return name !== '' && name.length <= maxLength && /^[\u0020-\u007e]+$/.test(name);
}
