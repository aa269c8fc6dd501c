import path from 'node:path';
import type { BotSettings } from '../bot/bot.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { M365 } from '../graph/m365.ts';
import type { ConnectionLimits } from '../jobs/db/lease-store.ts';
import type { MigrationStore } from '../jobs/db/migration-store.ts';
import type { Queue } from '../jobs/db/queue.ts';
import type { LeasePace } from '../jobs/lease/worker-lease.ts';
import type { SlotPace } from '../jobs/mail-slots.ts';
import type { TargetTraits, TenantPort } from '../jobs/ports.ts';
import type { StepPace } from '../jobs/steps/deps.ts';
import type { FolderTally } from '../jobs/tally.ts';
import type { Logger } from '../log.ts';
import type { DataStore } from './data-store.ts';
import type { Telemetry } from './telemetry.ts';
import type { TenantSettings } from './tenant-clients.ts';

/** What the simulated world runs faster, or reaches elsewhere; `serve` itself sets none of it. */
export interface ServiceOverrides {
  readonly pace?: Partial<StepPace>;
  readonly traits?: Partial<Pick<TargetTraits, 'settleMs'>>;
  readonly lease?: Partial<LeasePace>;
  readonly slots?: Partial<SlotPace>;
  readonly limits?: Partial<ConnectionLimits>;
  readonly bot?: Partial<BotSettings>;
  /** Listen on this address alone. */
  readonly host?: string;
}

/** What every process of the service has, whatever its roles. */
export interface ServiceParts {
  readonly settings: Config & TenantSettings;
  readonly data: DataStore;
  readonly queue: Queue;
  readonly store: MigrationStore;
  readonly tallies: (migrationId: string) => Promise<readonly FolderTally[]>;
  readonly m365: M365;
  readonly tenant: TenantPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly overrides: ServiceOverrides;
}

/** Where a worker writes the public key, and a bot with the same DATA_DIR looks for it. */
export function publicKeyPath(dataDir: string): string {
  return path.join(dataDir, 'sealing-key.public.pem');
}
