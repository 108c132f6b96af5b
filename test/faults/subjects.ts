import { gateway } from './gateway.ts';
import { naive } from './reference/naive.ts';
import { reference } from './reference/reference.ts';
import type { Subject } from './subject.ts';

/** Who can be sent against the wall, by `--subject NAME`; the first is the default. The gateway of this repository goes here. */
export const subjects: readonly Subject[] = [gateway, reference, naive];
