// The floor: what any proxy that reads the body must cost on this Node. `node:http`, the body as one Buffer, undici's
// dispatch. It decides nothing and meters nothing.

import { createServer } from 'node:http';
import { serve } from '../probe.ts';
import { collect, relay } from './relay.ts';

serve(createServer((req, res) => collect(req, (body) => relay(req.url as string, body, res))));
