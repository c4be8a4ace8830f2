// Where the standards say something: the section and its address.

/** A section of a standard. */
export interface Section {
  title: string;
  url: string;
}

/**
 * A section of VRRP's RFC for a version: 3 is RFC 9568, 2 is RFC 3768. Both number alike: 6.1 parameters, 6.4.1
 * Initialize, 6.4.2 Backup, 6.4.3 Active (Master); the priority field is 5.2.4 and 5.3.4.
 */
export function vrrpSection(version: number | undefined, number: string): Section {
  const rfc = version === 2 ? 3768 : 9568;
  const own = rfc === 3768 && number === "5.2.4" ? "5.3.4" : number;
  return {
    title: `RFC ${rfc}, ${own}`,
    url: `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${own}`,
  };
}
