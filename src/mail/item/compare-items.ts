/** Holds an item that Exchange gave out against the one that was imported, field by field. */
import type {
  EmbeddedMessage,
  Property,
  PropertyList,
  StreamAttachment,
  StreamItem,
} from '../fast-transfer/properties.ts';
import { attachmentsOf, recipientsOf } from '../fast-transfer/read-property.ts';

/** PidTagLastModificationTime and PidTagRowid are Exchange's to change. */
const EXCHANGE_OWNS = new Set([0x3008, 0x3000]);

/**
 * Where the two differ, such as `message 0037` or `recipient 2 3001`; empty where all that was written came
 * back. What Exchange added is no difference. Named without any value: a difference may be logged.
 */
export function compareItems(written: StreamItem, back: StreamItem): readonly string[] {
  return [
    ...compareProperties('message', written.properties, back.properties),
    ...compareRecipients('', recipientsOf(written), recipientsOf(back)),
    ...compareAttachments('', attachmentsOf(written), attachmentsOf(back)),
  ];
}

function compareRecipients(
  where: string,
  written: readonly PropertyList[],
  back: readonly PropertyList[],
): readonly string[] {
  if (written.length !== back.length) {
    return [`${where}recipients: ${written.length} became ${back.length}`];
  }
  return written.flatMap((recipient, n) =>
    compareProperties(`${where}recipient ${n + 1}`, recipient, back[n] ?? []),
  );
}

function compareAttachments(
  where: string,
  written: readonly StreamAttachment[],
  back: readonly StreamAttachment[],
): readonly string[] {
  if (written.length !== back.length) {
    return [`${where}attachments: ${written.length} became ${back.length}`];
  }
  return written.flatMap((attachment, n) => {
    const name = `${where}attachment ${n + 1}`;
    const other = back[n];
    return [
      ...compareProperties(name, attachment.properties, other?.properties ?? []),
      ...compareEmbedded(`${name} `, attachment.embedded, other?.embedded ?? null),
    ];
  });
}

/** PidTagMid is Exchange's own. */
function compareEmbedded(
  where: string,
  written: EmbeddedMessage | null,
  back: EmbeddedMessage | null,
): readonly string[] {
  if (written === null || back === null) {
    return written === back ? [] : [`${where}message inside`];
  }
  return [
    ...compareProperties(`${where}message`, written.properties, back.properties),
    ...compareRecipients(where, written.recipients, back.recipients),
    ...compareAttachments(where, written.attachments, back.attachments),
  ];
}

function compareProperties(
  where: string,
  written: PropertyList,
  back: PropertyList,
): readonly string[] {
  const byName = new Map(back.map((property) => [nameOf(property), property]));
  return written
    .filter((property) => !EXCHANGE_OWNS.has(property.tag >>> 16))
    .filter((property) => !sameValue(property, byName.get(nameOf(property))))
    .map((property) => `${where} ${nameOf(property)}`);
}

/** Ids from 0x8000 on are given anew by each mailbox: there the name counts. */
function nameOf({ tag, name }: Property): string {
  return name === null
    ? (tag >>> 16).toString(16).padStart(4, '0')
    : `${name.set.toString('hex')} ${name.key}`;
}

function sameValue({ value }: Property, other: Property | undefined): boolean {
  if (other === undefined) {
    return false;
  }
  const [one, two] = [value, other.value].map((held) => (Buffer.isBuffer(held) ? [held] : held));
  return (
    one?.length === two?.length &&
    one?.every((octets, n) => two?.[n]?.equals(octets) === true) === true
  );
}
