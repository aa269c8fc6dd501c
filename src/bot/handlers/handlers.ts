import type { Clock } from '../../clock.ts';
import type { SkybridgeApi } from '../../jobs/api.ts';
import type { Sealer } from '../../secrets/seal.ts';
import type { ActionName, Pressed } from '../cards/actions.ts';
import type { HelpdeskChannel } from '../helpdesk-channel.ts';
import type { HelpdeskPlaces } from '../helpdesk-places.ts';
import type { KeyedLock } from '../keyed-lock.ts';
import type { Nonces } from '../nonces.ts';
import type { Notifier } from '../notifier.ts';
import type { Outbound } from '../outbound.ts';
import type { PersonalChats } from '../personal-chats.ts';
import type { Answer, Turn } from '../turn.ts';

/** What every handler may use. */
export interface HandlerDeps {
  readonly api: SkybridgeApi;
  readonly outbound: Outbound;
  readonly notifier: Notifier;
  readonly channel: HelpdeskChannel;
  readonly places: HelpdeskPlaces;
  readonly chats: PersonalChats;
  readonly botId: string;
  readonly nonces: Nonces;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly lock: KeyedLock;
  /** Fetches a file that somebody sent; throws a TeamsFileError. */
  readonly fetchFile: (address: string, signal: AbortSignal) => Promise<Uint8Array>;
  /** The page for people whom Teams does not reach; null where there is none. */
  readonly pageUrl: string | null;
  /** Puts a file where Teams said; throws a TeamsFileError. */
  readonly putFile: (address: string, bytes: Uint8Array, signal: AbortSignal) => Promise<void>;
  /** The one host that passwords of this service are for. */
  readonly sourceHost: string;
}

/** What each action's handler is given. */
export type PressData = { readonly [N in ActionName]: Pressed<N>['data'] };

/** One handler; the caller has checked the rights of `turn.actor`. */
export type Handler<N extends ActionName> = (
  turn: Turn,
  data: PressData[N],
  signal: AbortSignal,
) => Promise<Answer>;

/** A handler for each of these actions. */
export type Handlers<N extends ActionName = ActionName> = { readonly [K in N]: Handler<K> };
