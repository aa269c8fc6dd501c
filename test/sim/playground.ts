/**
 * The simulated world, left open: an admin and the person who moves, each before a Microsoft 365 Agents
 * Playground of their own, and Skybridge between them and a simulated iCloud and Microsoft 365.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stdout } from 'node:process';
import { startSigningGateway } from './playground/signing-gateway.ts';
import { startPlayground } from './playground/start-playground.ts';
import { startWholeWorld } from './whole-world.ts';
import { BOT_ID, TENANT_ID } from './world.ts';

const ADMIN_PORT = 56_150;
const PERSON_PORT = 56_151;

const dir = await mkdtemp(path.join(tmpdir(), 'skybridge-playground-'));
stdout.write('Starting a simulated iCloud, Exchange Online and Microsoft Graph, Skybridge,\n');
stdout.write('and the Microsoft 365 Agents Playground …\n');
const world = await startWholeWorld({ dir, provisioningMs: 4000 });
const gateway = await startSigningGateway({
  signing: world.teams.signing,
  botId: BOT_ID,
  messagesUrl: () => world.service().messagesUrl,
});
const users = [world.admin, world.mover, world.helpdesk].map((person) => ({
  id: person.id,
  name: person.displayName,
  address: person.userPrincipalName,
}));

async function openFor(
  person: { readonly id: string },
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const currentUser = users.find((user) => user.id === person.id);
  if (currentUser === undefined) {
    throw new Error('This person is not in the simulated world.');
  }
  return await startPlayground({
    dir: path.join(dir, `playground-${port}`),
    name: String(port),
    tenantId: TENANT_ID,
    botId: BOT_ID,
    currentUser,
    others: users.filter((user) => user !== currentUser),
    messagesUrl: gateway.url,
    port,
  });
}

const admin = await openFor(world.admin, ADMIN_PORT);
const person = await openFor(world.mover, PERSON_PORT);
const lines = [
  '',
  `${world.admin.displayName}, the admin:      ${admin.url}`,
  `${world.mover.displayName}, who moves:      ${person.url}`,
  '',
  'Open both. As the admin, write "here" to Skybridge in the channel Migrations, then press "Check my tenant".',
  `Who moves:            ${world.mover.userPrincipalName}`,
  `iCloud address:       ${world.icloudAddress}`,
  `App-specific password: ${world.appPassword}   (simulated)`,
  '',
  `The log: ${world.logFile}`,
  'Ctrl+C ends everything.',
];
stdout.write(`${lines.join('\n')}\n`);

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stopping.abort());
}
if (!stopping.signal.aborted) {
  await once(stopping.signal, 'abort');
}
stdout.write('Stopping …\n');
await Promise.all([admin.close(), person.close()]);
await gateway.close();
await world.close();
await rm(dir, { recursive: true, force: true });
