/** The conversation of a move, scene by scene, as admin and person have it; for tests of the whole service. */

import { addUser, type SimUser } from '../sim/m365/directory.ts';
import { createNumberedMailbox } from '../sim/numbered-mailbox.ts';
import { createSeededRandom } from '../sim/sample/random.ts';
import { fillAccount } from '../sim/sample/sample-mailbox.ts';
import {
  type Entry,
  entryToText,
  type InvokeReply,
  type PersonClient,
} from '../sim/teams-client.ts';
import type { WholeWorld } from '../sim/whole-world.ts';
import { compareMailboxes, formatCompareResult } from './compare/compare-mailboxes.ts';
import { snapshotOfStore } from './compare/mailbox-snapshot.ts';

/** Scenes in their order; each ends when the words that open the next can be seen. */
export const SCENES = [
  'installed',
  'planned',
  'asked',
  'pilot',
  'syncing',
  'synced',
  'finishing',
  'done',
] as const;
export type Scene = (typeof SCENES)[number];

/** Somebody whose mail moves. */
export interface Mover {
  readonly user: SimUser;
  readonly icloudAddress: string;
  /** As Apple shows it, with dashes. */
  readonly appPassword: string;
}

/** One move of one person, and how far it was played. */
export interface Play {
  readonly mover: Mover;
  readonly admin: PersonClient;
  readonly person: PersonClient;
  /** Plays on to the end of this scene. */
  until(scene: Scene): Promise<void>;
  /** Fills in the person's card. */
  submit(appPassword?: string, address?: string): Promise<InvokeReply>;
  /** Waits until the admin's card of this move has this heading. */
  seeState(state: string, limitMs?: number): Promise<Entry>;
  /** The admin's newest card of this move, as text. */
  adminCard(): string;
  /** The id that the cards of this move carry. */
  migrationId(): string;
}

/** The world's own person, whose mailbox is the whole sample. */
export function sampleMover(world: WholeWorld): Mover {
  const { mover, icloudAddress, appPassword } = world;
  return { user: mover, icloudAddress, appPassword };
}

/** One more person with a mailbox of small messages at iCloud. */
export function createMover(
  world: WholeWorld,
  input: { readonly displayName: string; readonly alias: string; readonly messages: number },
): Mover {
  const { displayName, alias, messages } = input;
  const user = addUser(world.directory, { displayName, alias, usageLocation: null });
  const icloudAddress = `${alias}@icloud.com`;
  const seed = Buffer.from(alias).reduce((sum, octet) => (sum * 31 + octet) % 2 ** 31, 7);
  const random = createSeededRandom(seed);
  const letters = Array.from({ length: 16 }, () => String.fromCodePoint(97 + random.below(26)));
  const appPassword = [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
  world.icloud.store.addAccount(icloudAddress, { password: letters.join('') });
  const mailbox = createNumberedMailbox({ seed, messages });
  fillAccount(world.icloud.store, icloudAddress, mailbox);
  return { user, icloudAddress, appPassword };
}

const installed = new WeakSet<WholeWorld>();

async function installApp(world: WholeWorld): Promise<void> {
  if (!installed.has(world)) {
    installed.add(world);
    await world.teams.channel.install(world.admin.id);
    const admin = world.teams.person(world.admin.id);
    await admin.install();
    await admin.see('I move people');
  }
}

/** A play of one move; nothing is said before `until`. */
export function createPlay(world: WholeWorld, mover: Mover): Play {
  const admin = world.teams.person(world.admin.id);
  const person = world.teams.person(mover.user.id);
  const name = mover.user.displayName;
  let played = 0;

  const newestOf = (entries: readonly Entry[]): Entry | undefined =>
    entries.findLast(
      (entry) =>
        entry.from === 'bot' &&
        entryToText(entry).startsWith(`Move of ${name} · `) &&
        !entryToText(entry).includes('newer card below'),
    );
  const seeState: Play['seeState'] = async (state, limitMs = 60_000) =>
    await world.teams.transcript.until(
      () => {
        const newest = newestOf(admin.entries());
        const heading = `Move of ${name} · ${state}`;
        return newest !== undefined && entryToText(newest).startsWith(heading) ? newest : undefined;
      },
      `"${name} · ${state}"`,
      limitMs,
    );
  let given = '';
  const submit: Play['submit'] = async (
    appPassword = mover.appPassword,
    address = mover.icloudAddress,
  ) => {
    given = `${appPassword} ${address}`;
    return await person.press('Check and start', { address, appPassword });
  };

  const scenes: Readonly<Record<Scene, () => Promise<unknown>>> = {
    async installed() {
      await installApp(world);
      await person.install();
    },
    async planned() {
      await admin.say(`move ${mover.user.userPrincipalName}`);
      await admin.see(`Move of ${name}: what I will change`, 30_000);
    },
    async asked() {
      await admin.press('Do it');
      await person.see('Check and start', 60_000);
    },
    async pilot() {
      // A test may have given it already, on its way through some trouble.
      if (given !== `${mover.appPassword} ${mover.icloudAddress}`) {
        await submit();
      }
      await seeState('Pilot ready for review', 90_000);
    },
    syncing: async () => await admin.press('Start everything'),
    synced: async () => await seeState('In step with iCloud', 90_000),
    finishing: async () => await admin.press('Finish the move'),
    async done() {
      await seeState('Done', 90_000);
      await person.see(/revoke the password now/i, 60_000);
      await admin.see(/Move of .*are as they were before/s, 60_000);
    },
  };

  return {
    mover,
    admin,
    person,
    submit,
    seeState,
    async until(scene) {
      for (const next of SCENES.slice(played, SCENES.indexOf(scene) + 1)) {
        await scenes[next]();
        played += 1;
      }
    },
    adminCard: () => {
      const newest = newestOf(admin.entries());
      return newest === undefined ? '' : entryToText(newest);
    },
    migrationId: () => {
      const id = JSON.stringify(newestOf(admin.entries())?.card).match(
        /"migrationId":"([^"]+)"/,
      )?.[1];
      if (id === undefined) {
        throw new Error(`No card of ${name} carries the id of the move.`);
      }
      return id;
    },
  };
}

/** Where iCloud's own folders belong on Exchange, written apart from the product's table. */
const FOLDER_NAMES = {
  '50% *off*': '50_ _off_',
  'The "quoted"': 'The _quoted_',
  'Sent Messages': 'Sent Items',
  'Deleted Messages': 'Deleted Items',
  Junk: 'Junk Email',
};

/** What differs between the two mailboxes of a person made by `createMover`; empty when they agree. */
export async function differencesOf(
  world: Pick<WholeWorld, 'icloud' | 'exchange'>,
  mover: Pick<Mover, 'icloudAddress'> & { readonly user: Pick<SimUser, 'userPrincipalName'> },
): Promise<string> {
  const source = snapshotOfStore(world.icloud.store, mover.icloudAddress);
  const result = await compareMailboxes({
    source: { folders: source.folders.filter(({ messages }) => messages.length > 0) },
    target: snapshotOfStore(world.exchange.store, mover.user.userPrincipalName),
    mode: 'semantic',
    folderNames: FOLDER_NAMES,
  });
  return result.agrees && result.matched === result.sourceMessages && result.matched > 0
    ? ''
    : formatCompareResult(result);
}
