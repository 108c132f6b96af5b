import type { KeyView } from '@express-ai-gateway/auth-keys';

/** One row per key, columns as wide as they need be. */
export function keyTable(keys: readonly KeyView[]): string {
  if (keys.length === 0) return 'There are no keys.';
  const columns = ['ID', 'LABEL', 'TENANT', 'STATE', 'EXPIRES', 'LAST USED', 'RESTRICTED TO'];
  const rows = keys.map((key) => [
    key.id,
    key.label,
    key.tenant ?? '-',
    key.state,
    minute(key.expiresAt) ?? 'never',
    minute(key.lastUsedAt) ?? '-',
    Object.keys(key.restrictions ?? {}).join(', ') || '-',
  ]);
  return table([columns, ...rows]);
}

/** One line per field of a key. */
export function keyRecord(key: KeyView): string {
  const rows = Object.entries(key).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
  return table(rows);
}

function table(rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map(printable));
  const widths = (shown[0] ?? []).map((_, at) => Math.max(...shown.map((row) => (row[at] ?? '').length)));
  return shown
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A label is somebody's text: what moves the cursor, colours or turns a line round is shown as a mark. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd');
}

function minute(iso: string | undefined): string | undefined {
  return iso?.replace('T', ' ').replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
}
