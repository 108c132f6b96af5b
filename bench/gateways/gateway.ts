// This gateway with no plugin at all.

import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer([]));
