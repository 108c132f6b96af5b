import { AdminRoutes, AuditLog, Clock, definePlugin, Logger } from '@express-ai-gateway/core/plugin';
import { Admins } from './admins.ts';
import { adminOptions } from './options.ts';
import { addOwnOperations } from './own-operations.ts';
import { adminPlane } from './plane.ts';
import { Throttle } from './throttle.ts';

/** The admin plane: operations of the gateway and its plugins, as JSON, for administrators alone. Without a secret there is none. */
export const admin = definePlugin({
  name: 'admin',
  options: adminOptions,
  requires: [AdminRoutes, AuditLog, Clock, Logger],
  create(options, { adminRoutes, auditLog, clock, logger }) {
    const admins = new Admins(options);
    if (!admins.configured) return {};
    const { path, origins } = options;
    addOwnOperations(adminRoutes, auditLog, path);
    const throttle = new Throttle(clock);
    return {
      // Plugins listed below have added theirs by the time the routes are asked for.
      routes: () => adminPlane(adminRoutes.list(), { path, origins, admins, throttle, auditLog, clock, logger }),
    };
  },
});
