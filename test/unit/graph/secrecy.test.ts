import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { chooseCloud } from '../../../src/graph/clouds.ts';
import { createM365 } from '../../../src/graph/m365.ts';
import type { LogFields, Logger } from '../../../src/log.ts';
import { addUser } from '../../sim/m365/directory.ts';
import { createTenantWorld, never, SECRET } from './tenant-world.ts';

/** A logger that keeps everything, whatever its level. */
function createRecorder(lines: string[]): Logger {
  const record = (fields: LogFields, message: string): void => {
    lines.push(inspect({ ...fields, message }, { depth: null, showHidden: true }));
  };
  const log: Logger = {
    debug: record,
    info: record,
    warn: record,
    error: record,
    child: () => log,
  };
  return log;
}

test('neither logs nor errors show a secret, a token or an address', async () => {
  const world = await createTenantWorld();
  const { server, directory, application } = world;
  const anna = addUser(directory, { alias: 'anna', displayName: 'Anna Berg' });
  const said: string[] = [];
  const m365 = createM365({
    cloud: chooseCloud('global', {
      loginUrl: server.loginUrl,
      graphUrl: server.graphUrl,
      exchangeAdminUrl: server.exchangeAdminUrl,
    }),
    tenantId: directory.tenantId,
    clientId: application.clientId,
    credential: { kind: 'secret', secret: SECRET },
    clock: systemClock,
    log: createRecorder(said),
    budgetMs: 700,
  });
  const tokens = [
    await m365.tokens.getToken('graph', never),
    await m365.tokens.getToken('exchange', never),
  ];
  const fail = async (work: Promise<unknown>): Promise<void> => {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).not.toBeNull();
    said.push(inspect(error, { depth: null, showHidden: true }), JSON.stringify(error));
  };

  await fail(m365.licences.assign('nobody@contoso.example', { skuId: 'no such product' }, never));
  await fail(m365.imapSwitch.isEnabled(anna.userPrincipalName, never));
  server.faults.push({ operation: '*', times: 99, action: { kind: 'drop' } });
  await fail(m365.users.find(anna.userPrincipalName, never));
  server.faults.clear();
  server.faults.push({
    operation: '*',
    action: { kind: 'answer', status: 200, body: { id: 5, mail: 'x' } },
  });
  await fail(m365.users.get(anna.userPrincipalName, never));
  application.secretExpired = true;
  m365.tokens.forget('graph');
  await fail(m365.organization.read(never));
  await world.close();

  const everything = said.join('\n');
  expect(everything).toContain('request repeated');
  expect(everything).toContain('graph.credential-expired');
  for (const secret of [SECRET, encodeURIComponent(SECRET), 'contoso.example', ...tokens]) {
    expect(everything).not.toContain(secret);
  }
});
