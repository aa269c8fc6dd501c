/**
 * Run after a change of dependencies: names in package-lock.json the packages for other platforms that
 * npm left out. npm leaves out an optional package that its registry does not serve (mirrors often
 * carry those of one platform), and its own `npm ci` then refuses the lock file on every machine.
 * What is added has a version and a platform, and no integrity: npm takes that from the registry.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'x64', 'ppc64', 'riscv64', 's390x', 'loong64'];

const file = path.join(
  path.dirname(path.dirname(fileURLToPath(import.meta.url))),
  'package-lock.json',
);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = addMissing(lock.packages);
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([one], [other]) => one.localeCompare(other, 'en')),
);
if (added.length > 0) {
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
process.stdout.write(
  `${added.length} platform packages added\n${added.map((name) => `  ${name}\n`).join('')}`,
);

function addMissing(packages) {
  const names = [];
  for (const [parent, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const platform = platformOf(name);
      if (platform !== null && !isPresent(packages, parent, name)) {
        packages[`node_modules/${name}`] = {
          version,
          ...platform,
          ...(entry.dev ? { dev: true } : {}),
          optional: true,
        };
        names.push(name);
      }
    }
  }
  return names;
}

/** Looks where Node.js would: below the parent, then below each of the parent's parents. */
function isPresent(packages, parent, name) {
  for (
    let place = parent;
    ;
    place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))
  ) {
    if (`${place === '' ? '' : `${place}/`}node_modules/${name}` in packages) {
      return true;
    }
    if (place === '') {
      return false;
    }
  }
}

/** What a platform package's name says, as in @oxlint/binding-linux-arm-gnueabihf; null for another. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined) {
    return null;
  }
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : ['glibc'];
  return { cpu: [cpu], ...(os === 'linux' ? { libc } : {}), os: [os] };
}
