/**
 * One whole migration, unattended: a simulated Microsoft 365, a simulated iCloud, people who chat with
 * the real bot, the real jobs, database and engine. Prints the conversation as it goes; exits 0 only if
 * the target mailbox was compared with the source, message by message, and agrees.
 */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exit, stdout } from 'node:process';
import { createStage } from './demo-stage.ts';
import { compareDemo } from './demo-compare.ts';
import { launchService } from './service-launcher.ts';
import { startTeamsClient } from './teams-client.ts';
import { BOT_ID, startWorld, TENANT_ID } from './world.ts';

const dir = await mkdtemp(path.join(tmpdir(), 'skybridge-demo-'));
const startedAt = Date.now();
stdout.write('Starting a simulated iCloud, Exchange Online, Microsoft Graph and Teams …\n');
const world = await startWorld({ dir, provisioningMs: 4000 });
const teams = await startTeamsClient({
  botId: BOT_ID,
  botPassword: world.environment['BOT_PASSWORD'] ?? '',
  tenantId: TENANT_ID,
});
const stage = createStage(teams.transcript, {
  [world.admin.id]: `${world.admin.displayName} (admin)`,
  [world.mover.id]: `${world.mover.displayName} (moves)`,
});
stdout.write('Starting Skybridge with its own PostgreSQL …\n');
const dataDir = path.join(dir, 'data');
const service = await launchService({
  environment: {
    ...world.environment,
    PORT: '0',
    DATA_DIR: dataDir,
    BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
  },
  overrides: {
    pace: { sliceMs: 5000, pollMs: 1500, waitMs: 2000 },
    traits: { settleMs: 2000 },
    bot: {
      loginUrl: teams.loginUrl,
      moreServiceUrlHosts: ['127.0.0.1'],
      defaultServiceUrl: teams.serviceUrl,
      updateEveryMs: 700,
    },
  },
  logFile: path.join(dir, 'service.log'),
});
let failed = false;
try {
  teams.connectBot(service.messagesUrl);
  await play();
  failed = !(await compareDemo(world, stage));
  const reports = await readdir(path.join(dataDir, 'reports'));
  stage.note(`Report: ${path.join(dataDir, 'reports', reports[0] ?? '', 'report.html')}`);
  for (const violation of [...world.violations(), ...teams.violations]) {
    stage.note(`A server was asked for what it does not allow: ${violation}`);
    failed = true;
  }
} catch (error) {
  failed = true;
  stage.note(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  stage.note(`The service's log: ${path.join(dir, 'service.log')}`);
} finally {
  stage.close();
  await service.stop();
  await teams.close();
  await world.close();
}
stage.note(
  failed
    ? 'FAILED. What was found is above.'
    : `Done in ${Math.round((Date.now() - startedAt) / 1000)} s: every message is accounted for.`,
);
exit(failed ? 1 : 0);

/** The conversation, as the three of them have it. */
async function play(): Promise<void> {
  const admin = teams.person(world.admin.id);
  const mover = teams.person(world.mover.id);
  stage.scene('The helpdesk adds Skybridge to its channel, the admin to her chat');
  await teams.channel.install(world.admin.id);
  await admin.install();
  await admin.see('I move people');
  await admin.press('Check my tenant');
  await admin.see('Your tenant is ready');
  stage.scene('Who moves?');
  await admin.press('Move someone');
  await admin.say(`move ${world.mover.userPrincipalName}`);
  await admin.see('what I will change');
  await admin.press('Do it');
  stage.scene('Licence, mailbox and IMAP; then the person is asked');
  await mover.install();
  await mover.see('app-specific password', 60_000);
  stage.scene('Alex first pastes his ordinary Apple password, then mistypes, then gets it right');
  await submit('hunter2 is my password');
  await mover.see(/letters/);
  await submit('abcd-efgh-ijkl-mnop');
  await mover.see(/accept|source.login-refused/, 30_000);
  await submit(world.appPassword);
  stage.scene('The pilot folder');
  await admin.see('Start everything', 60_000);
  await admin.press('Start everything');
  stage.scene('Everything is copied');
  await admin.see('Finish the move', 120_000);
  await admin.press('Finish the move');
  await admin.see(/Report/, 60_000);
  await mover.see(/revoke/i, 30_000);

  async function submit(appPassword: string): Promise<void> {
    await mover.press('Check and start', { address: world.icloudAddress, appPassword });
  }
}
