import { exchangeOnlineProfile } from './exchange-online.ts';
import { genericProfile } from './generic.ts';
import { icloudProfile } from './icloud.ts';
import type { ImapProfile, ProfileName } from './profile.ts';

const PROFILES: Readonly<Record<ProfileName, ImapProfile>> = {
  icloud: icloudProfile,
  'exchange-online': exchangeOnlineProfile,
  generic: genericProfile,
};

const ICLOUD_HOST = /(?:^|[.-])imap\.mail\.me\.com$/i;
/** Worldwide, US government and China (21Vianet). */
const EXCHANGE_HOST =
  /^(?:outlook\.office365\.com|outlook\.office365\.us|outlook-dod\.office365\.us|partner\.outlook\.cn)$/i;

/** The profile of this name; without one, that of the host. */
export function chooseProfile(host: string, name?: ProfileName): ImapProfile {
  if (name) {
    return PROFILES[name];
  }
  if (ICLOUD_HOST.test(host)) {
    return icloudProfile;
  }
  return EXCHANGE_HOST.test(host) ? exchangeOnlineProfile : genericProfile;
}
