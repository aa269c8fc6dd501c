/**
 * One whole migration, unattended: a simulated Microsoft 365, a simulated iCloud, people who chat with
 * the real bot, the real jobs, database and engine. Prints the conversation as it goes; exits 0 only if
 * the target mailbox was compared with the source, message by message, and agrees.
 */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exit, stdout } from 'node:process';
import { compareMailboxes } from './demo-compare.ts';
import { createStage } from './demo-stage.ts';
import { startWholeWorld } from './whole-world.ts';

const dir = await mkdtemp(path.join(tmpdir(), 'skybridge-demo-'));
const startedAt = Date.now();
stdout.write('Starting a simulated iCloud, Exchange Online, Microsoft Graph and Teams,\n');
stdout.write('and Skybridge with a PostgreSQL of its own …\n');
const world = await startWholeWorld({ dir, provisioningMs: 4000 });
const { teams } = world;
const stage = createStage(teams.transcript, {
  [world.admin.id]: `${world.admin.displayName} (admin)`,
  [world.mover.id]: `${world.mover.displayName} (moves)`,
});
const findings: string[] = [];
try {
  await play();
  stage.scene('Compared by a checker that shares no code with Skybridge');
  const comparison = await compareMailboxes(world);
  stage.note(comparison.summary);
  findings.push(...comparison.findings, ...world.violations());
  const reports = path.join(world.dataDir, 'reports');
  const [report = ''] = await readdir(reports);
  stage.note(`Report: ${path.join(reports, report, 'report.html')}`);
} catch (error) {
  findings.push(
    `The play stopped: ${error instanceof Error ? error.message : String(error)}`,
    `The service's log: ${world.logFile}`,
  );
} finally {
  stage.close();
  await world.close();
}
for (const finding of findings) {
  stage.note(`✗ ${finding}`);
}
const seconds = Math.round((Date.now() - startedAt) / 1000);
stage.note(findings.length === 0 ? `✓ Done in ${seconds} s.` : `✗ FAILED after ${seconds} s.`);
exit(findings.length === 0 ? 0 : 1);

/** The conversation, as the three of them have it. */
async function play(): Promise<void> {
  const admin = teams.person(world.admin.id);
  const mover = teams.person(world.mover.id);
  stage.scene('Skybridge is added to the helpdesk channel and to the admin');
  await teams.channel.install(world.admin.id);
  await admin.install();
  await admin.see('I move people');
  await admin.press('Check my tenant');
  await admin.see('Your tenant is ready');
  stage.scene('Who moves?');
  await admin.say(`move ${world.mover.userPrincipalName}`);
  await admin.see('what I will change');
  await admin.press('Do it');
  stage.scene('Licence, mailbox and IMAP; then the person is asked');
  await mover.install();
  await mover.see('Check and start', 60_000);
  stage.scene('First the ordinary Apple password, then a mistyped one, then the right one');
  await submit('my ordinary password');
  await mover.see(/letters/);
  await submit('abcd-efgh-ijkl-mnop');
  await mover.see('Apple did not accept', 30_000);
  await submit(world.appPassword);
  stage.scene('The pilot folder');
  await admin.see('Start everything', 60_000);
  await admin.press('Start everything');
  stage.scene('Everything is copied');
  await admin.see('Finish the move', 120_000);
  await admin.press('Finish the move');
  stage.scene('Verified, cleaned up, done');
  await mover.see(/revoke the password now/i, 60_000);
  await admin.see('are as they were before', 30_000);

  async function submit(appPassword: string): Promise<void> {
    await mover.press('Check and start', { address: world.icloudAddress, appPassword });
  }
}
