// Keywords of checkers: name, arguments, tier, what it changes (see rows.ts).
// This module is browser safe.

import type { KeywordRows as Rows } from "./rows.ts";

const HTTP_GET: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 1, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 1, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 1, "traffic"],
  ["delay_before_retry", "DSECS", 1, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
  ["nb_get_retry", "COUNT", 1, "traffic"],
  ["virtualhost", "HOST", 2, "traffic"],
  ["http_protocol", "1.0|1.0C|1.0c|1.1", 3, "traffic"],
  ["fast_recovery", "[BOOL]", 3, "traffic"],
  ["url", "{ }", 1, "traffic"],
  ["enable_sni", "[BOOL]", 4, "nothing"],
  ["sni_name", "HOST", 4, "nothing"],
];

const HTTP_GET_URL: Rows = [
  ["path", "PATH", 1, "traffic"],
  ["digest", "MD5HEX", 1, "traffic"],
  ["status_code", "CODE|LO-HI ...", 1, "traffic"],
  ["virtualhost", "HOST", 2, "traffic"],
  ["regex", "PATTERN", 3, "traffic"],
  ["regex_no_match", "-", 3, "traffic"],
  ["regex_options", "OPT...", 4, "traffic"],
  ["regex_min_offset", "BYTES", 4, "traffic"],
  ["regex_max_offset", "BYTES", 4, "traffic"],
  ["regex_stack", "START MAX", 4, "traffic"],
];

const SSL_GET: Rows = [
  ...HTTP_GET.filter(([keyword]) => keyword !== "enable_sni" && keyword !== "sni_name"),
  ["enable_sni", "[BOOL]", 2, "traffic"],
  ["sni_name", "HOST", 3, "traffic"],
  ["tls_compliant", "[BOOL]", 4, "traffic"],
];

const SSL_GET_URL: Rows = [
  ...HTTP_GET_URL,
  ["tls_compliant", "[BOOL]", 4, "traffic"],
];

const TCP_CHECK: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 1, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 1, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 1, "traffic"],
  ["delay_before_retry", "DSECS", 1, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
];

const UDP_CHECK: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 2, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 2, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
  ["payload", "HEX", 3, "traffic"],
  ["require_reply", "[HEX]", 3, "traffic"],
  ["min_reply_length", "BYTES", 4, "traffic"],
  ["max_reply_length", "BYTES", 4, "traffic"],
];

const PING_CHECK: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 2, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 2, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
];

const SMTP_CHECK: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 2, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 2, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
  ["helo_name", "TEXT", 2, "traffic"],
  ["host", "{ }", 4, "traffic"],
];

const SMTP_CHECK_HOST: Rows = [
  ["connect_ip", "IP", 4, "traffic"],
  ["connect_port", "PORT", 4, "traffic"],
  ["bindto", "IP", 4, "traffic"],
  ["bind_port", "PORT", 4, "traffic"],
  ["bind_if", "IF", 4, "traffic"],
  ["connect_timeout", "DSECS", 4, "traffic"],
  ["fwmark", "MARK", 4, "traffic"],
  ["retry", "COUNT", 4, "traffic"],
  ["delay_before_retry", "DSECS", 4, "traffic"],
  ["warmup", "DSECS", 4, "traffic"],
  ["delay_loop", "DSECS", 4, "traffic"],
  ["alpha", "[BOOL]", 4, "traffic"],
  ["log_all_failures", "[BOOL]", 4, "nothing"],
];

const DNS_CHECK: Rows = [
  ["connect_ip", "IP", 2, "traffic"],
  ["connect_port", "PORT", 2, "traffic"],
  ["bindto", "IP", 2, "traffic"],
  ["bind_port", "PORT", 3, "traffic"],
  ["bind_if", "IF", 3, "traffic"],
  ["connect_timeout", "DSECS", 2, "traffic"],
  ["fwmark", "MARK", 3, "traffic"],
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
  ["type", "A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", 2, "traffic"],
  ["name", "NAME", 2, "traffic"],
];

const MISC_CHECK: Rows = [
  ["retry", "COUNT", 2, "traffic"],
  ["delay_before_retry", "DSECS", 2, "traffic"],
  ["warmup", "DSECS", 3, "traffic"],
  ["delay_loop", "DSECS", 2, "traffic"],
  ["alpha", "[BOOL]", 3, "traffic"],
  ["log_all_failures", "[BOOL]", 3, "nothing"],
  ["misc_path", "SCRIPT", 1, "traffic"],
  ["misc_timeout", "SECS", 1, "traffic"],
  ["misc_dynamic", "-", 2, "traffic"],
  ["user", "USER [GROUP]", 2, "traffic"],
];

const BFD_CHECK: Rows = [
  ["name", "BFD_NAME", 3, "traffic"],
  ["alpha", "[BOOL]", 4, "traffic"],
];

const FILE_CHECK: Rows = [
  ["track_file", "NAME", 3, "traffic"],
  ["weight", "NUM [reverse|noreverse]", 3, "traffic"],
];

/** Rows of these blocks, by block. */
export const CHECK_KEYWORDS: Record<string, Rows> = {
  "virtual_server.real_server.HTTP_GET": HTTP_GET,
  "virtual_server.real_server.HTTP_GET.url": HTTP_GET_URL,
  "virtual_server.real_server.SSL_GET": SSL_GET,
  "virtual_server.real_server.SSL_GET.url": SSL_GET_URL,
  "virtual_server.real_server.TCP_CHECK": TCP_CHECK,
  "virtual_server.real_server.UDP_CHECK": UDP_CHECK,
  "virtual_server.real_server.PING_CHECK": PING_CHECK,
  "virtual_server.real_server.SMTP_CHECK": SMTP_CHECK,
  "virtual_server.real_server.SMTP_CHECK.host": SMTP_CHECK_HOST,
  "virtual_server.real_server.DNS_CHECK": DNS_CHECK,
  "virtual_server.real_server.MISC_CHECK": MISC_CHECK,
  "virtual_server.real_server.BFD_CHECK": BFD_CHECK,
  "virtual_server.real_server.FILE_CHECK": FILE_CHECK,
};
