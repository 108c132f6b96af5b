// placeholder until the plugin is there
import { serve } from '../probe.ts';
import { gatewayServer } from './gateway-app.ts';

serve(gatewayServer([]));
