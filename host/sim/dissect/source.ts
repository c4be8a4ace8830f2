// Where it stands what a field means. This module is browser safe.

/** A document and the part of it. */
export interface Source {
  /** `RFC 9568`, `IEEE 802.3`, `LINKTYPE_LINUX_SLL`; "" = none. */
  document: string;
  /** `5.2.4`; "" = the whole. */
  section: string;
}

/** Of bytes that nothing here explains. */
export const NOWHERE: Source = { document: "", section: "" };

/** A section of an RFC; without one the whole. */
export function rfc(number: number, section = ""): Source {
  return { document: `RFC ${number}`, section };
}

/** Where it can be read; null: not freely, or nowhere. */
export function sourceUrl({ document, section }: Source): string | null {
  const [, number] = /^RFC ([0-9]+)$/.exec(document) ?? [];
  if (number !== undefined) {
    const anchor = section === "" ? "" : `#section-${section}`;
    return `https://www.rfc-editor.org/rfc/rfc${number}.html${anchor}`;
  }
  return document.startsWith("LINKTYPE_")
    ? `https://www.tcpdump.org/linktypes/${document}.html`
    : null;
}

/** `RFC 9568, 5.2.4`. */
export function sourceText({ document, section }: Source): string {
  return section === "" ? document : `${document}, ${section}`;
}
