import { stdout } from 'node:process';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { parseDoctorArguments } from './doctor-arguments.ts';
import { formatFindings, formatJson } from './doctor-output.ts';
import { createDoctor, type TenantSettings } from './tenant-clients.ts';

export interface DoctorCommandDeps {
  readonly config: Config;
  readonly logger: Logger;
}

/** Something must be mended. */
const EXIT_FAILED = 2;

/** `doctor`: looks and changes nothing. Returns the exit code: 0 nothing failed, 2 something did. */
export async function runDoctor(
  { config, logger }: DoctorCommandDeps,
  words: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { mailbox, json } = parseDoctorArguments(words);
  const doctor = await createDoctor(settingsOf(config), { clock: systemClock, logger });
  const findings = await doctor.check(mailbox, signal);
  stdout.write(json ? formatJson(findings) : formatFindings(findings));
  return findings.some(({ verdict }) => verdict === 'failed') ? EXIT_FAILED : 0;
}

/** After `requireTenantSettings` these are there. */
function settingsOf(config: Config): TenantSettings {
  const { TENANT_ID = '', CLIENT_ID = '' } = config;
  return { ...config, TENANT_ID, CLIENT_ID };
}
