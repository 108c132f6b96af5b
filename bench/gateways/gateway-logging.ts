// This gateway with the logging plugin as it comes: winston, a line per request to standard output, which is /dev/null here.

import { logging } from '@express-ai-gateway/logging';
import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer([logging()]));
