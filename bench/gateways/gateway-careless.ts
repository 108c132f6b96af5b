// This gateway with no plugin, and nothing done about failures.

import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer([], { resilience: { retries: 0, breaker: false, recovery: 'error', concurrency: 10_000 } }));
