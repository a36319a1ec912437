import { type Connection, withClient } from './connection.ts';
import { stateError } from './faults.ts';
import { bringUpToDate } from './migrate.ts';
import { prepareAppLogin, requireBoundRole } from './roles.ts';

/** Roles and tables as this version needs them. Returns how the application signs in and which migrations were new. */
export async function prepareStore(owner: Connection): Promise<{ app: Connection; applied: readonly string[] }> {
  try {
    return await withClient(owner, 'bridgewatch migrations', async (client) => {
      let app = owner;
      const applied = await bringUpToDate(client, async () => {
        app = await prepareAppLogin(client, owner);
      });
      await withClient(app, 'bridgewatch', requireBoundRole);
      return { app, applied };
    });
  } catch (error) {
    throw stateError(error);
  }
}
