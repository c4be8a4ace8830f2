// What is remarkable about a field, and what is wrong with pasted text, in sentences.

import type { RemarkCode } from "../../host/sim/dissect/field.ts";
import type { HexProblem } from "../../host/sim/dissect/hex_text.ts";
import type { Text } from "./text.ts";

/** Remarks by their code; values are those of REMARK_LEVELS. */
export const REMARK_TEXT = {
  truncated: {
    en: "Cut off: {have} of {want} bytes are there.",
    zh: "被截断：{want} 字节中只有 {have} 字节。",
  },
  checksumWrong: {
    en: "Wrong: {expected} is right. Receivers drop it.",
    zh: "错误：应为 {expected}。接收方会丢弃。",
  },
  checksumWithoutPseudoHeader: {
    en:
      "Computed without the pseudo header; with it {expected} is right. keepalived's v3_checksum_as_v2 sends this.",
    zh: "计算时未含伪首部；包含时应为 {expected}。keepalived 的 v3_checksum_as_v2 会这样发送。",
  },
  checksumUnchecked: {
    en: "Cannot be checked: not everything that it covers is here.",
    zh: "无法检验：所覆盖的内容不完整。",
  },
  checksumAbsent: { en: "The sender computed none.", zh: "发送方未计算。" },
  lengthTooSmall: { en: "Too small: at least {least}.", zh: "过小：至少 {least}。" },
  lengthBeyond: {
    en: "More than there is: {have} bytes are here.",
    zh: "超出实际：这里只有 {have} 字节。",
  },
  versionWrong: { en: "{expected} is expected.", zh: "应为 {expected}。" },
  unknownValue: { en: "No value that the protocol knows.", zh: "协议中没有这个值。" },
  version2OverIpv6: { en: "Version 2 knows IPv4 alone.", zh: "版本 2 只支持 IPv4。" },
  hopLimitWrong: {
    en: "{expected} is asked for: it came through a router or was made up. Receivers drop it.",
    zh: "应为 {expected}：经过了路由器或是伪造的。接收方会丢弃。",
  },
  fragment: { en: "A fragment: what follows is only a part.", zh: "分片：后面只是一部分。" },
  vridZero: { en: "VRIDs begin with 1.", zh: "VRID 从 1 开始。" },
  countZero: { en: "An advert has at least one address.", zh: "通告至少有一个地址。" },
  countTooBig: {
    en: "That many addresses need {want} bytes; {have} are there.",
    zh: "这么多地址需要 {want} 字节，实际只有 {have} 字节。",
  },
  excess: {
    en: "The number of addresses does not explain these bytes. Receivers drop it.",
    zh: "地址数无法解释这些字节。接收方会丢弃。",
  },
  padded: {
    en: "A short message whose padding was counted in: tolerated.",
    zh: "短消息把填充计入了长度：可以容忍。",
  },
  intervalZero: { en: "No interval: receivers drop it.", zh: "没有间隔：接收方会丢弃。" },
  sourceNotLinkLocal: {
    en: "Adverts over IPv6 come from a link-local address.",
    zh: "IPv6 通告应来自链路本地地址。",
  },
  firstAddressNotLinkLocal: {
    en: "The first address of an IPv6 virtual router is its link-local one.",
    zh: "IPv6 虚拟路由器的第一个地址应为链路本地地址。",
  },
  groupMacWrong: {
    en: "The MAC of this group is {expected}.",
    zh: "该组播地址对应的 MAC 是 {expected}。",
  },
  notVrrpGroup: {
    en: "Not the group of VRRP: a unicast peer, or a group that was configured.",
    zh: "不是 VRRP 组播地址：单播对端或自定义组播。",
  },
  reservedNotZero: {
    en: "Not zero; receivers ignore that.",
    zh: "不为零；接收方忽略。",
  },
  resigns: {
    en: "0: the MASTER leaves. Every BACKUP takes over after its skew time alone.",
    zh: "0：MASTER 退出。BACKUP 只等偏移时间即接管。",
  },
  owner: { en: "255: the sender owns the addresses.", zh: "255：发送方拥有这些地址。" },
  passwordInClear: {
    en: "A password in clear text: whoever hears the advert can read it.",
    zh: "明文口令：听到通告的人都能读到。",
  },
  virtualMac: {
    en: "The MAC of virtual router {vrid}.",
    zh: "虚拟路由器 {vrid} 的 MAC。",
  },
  virtualMacOther: {
    en: "The MAC of virtual router {vrid}, but the message is about another one.",
    zh: "虚拟路由器 {vrid} 的 MAC，但消息属于另一个虚拟路由器。",
  },
  macUnknown: {
    en: "Not known: the capture or dump did not keep it.",
    zh: "未知：抓包或转储没有保留。",
  },
  gratuitous: {
    en: "Target and sender are the same: nobody is asked, the address is announced.",
    zh: "目标与发送方相同：不是询问，而是通告地址。",
  },
  unsolicited: { en: "Nobody asked: an announcement.", zh: "无人询问：主动通告。" },
  broadcast: { en: "To everybody on the segment.", zh: "发给网段上的所有主机。" },
} as const satisfies Record<RemarkCode, Text>;

/** What is wrong with pasted text, by its code. */
export const HEX_PROBLEM_TEXT = {
  empty: {
    en: "There are no bytes in this text.",
    zh: "文本中没有字节。",
  },
  tooLong: {
    en: "This text has more than {max} characters.",
    zh: "文本超过 {max} 个字符。",
  },
  notHex: {
    en: "Line {line}: “{text}” is not hexadecimal.",
    zh: "第 {line} 行：“{text}” 不是十六进制。",
  },
  oddDigits: {
    en: "Line {line}: “{text}” has half a byte; write two digits for each.",
    zh: "第 {line} 行：“{text}” 多半个字节；每个字节写两位。",
  },
  gap: {
    en: "Line {line}: offset {offset} does not follow the {expected} bytes before it.",
    zh: "第 {line} 行：偏移 {offset} 与前面的 {expected} 字节不连续。",
  },
  tooManyBytes: {
    en: "More than {max} bytes: no packet is that long.",
    zh: "超过 {max} 字节：没有这么长的报文。",
  },
} as const satisfies Record<HexProblem["code"], Text>;
