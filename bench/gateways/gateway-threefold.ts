// This gateway with no plugin and three targets behind its alias: the first one answers.

import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer([], { models: { chat: ['mock/gpt-bench', 'mock/gpt-other', 'mock/gpt-third'] } }));
