/** Names in headers, errors and logs. */
const maxNames = 20;

/** Names of fields as they may be told: a request may have thousands of places to name. */
export function cappedNames(fields: readonly string[]): string[] {
  const names = [...new Set(fields)].map((field) => field.slice(0, 80));
  return names.length <= maxNames ? names : [...names.slice(0, maxNames), `${names.length - maxNames} more`];
}
