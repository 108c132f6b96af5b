import { hash } from 'node:crypto';

/** Names are any text, which PostgreSQL's own is not, and of any length, which its indexes take no entries of. */
export function digest(name: string): Buffer {
  return hash('sha256', name, 'buffer');
}
