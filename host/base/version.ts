// The version of vipd, in one place that every room and the bundle can read. A test holds it equal
// to package.json.
// This module is browser safe.

/** vipd's version. */
export const VIPD_VERSION = "0.1.0";
/** The keepalived whose words, files and behaviour vipd keeps. */
export const KEEPALIVED_VERSION = "2.2.7";
