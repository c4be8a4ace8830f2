// Names of the layers and fields of packets, as their standards have them, and what each is for.

import type { FieldId, LayerId } from "../../host/sim/dissect/field.ts";
import type { Text } from "./text.ts";

/** Names of layers. */
export const LAYER_TEXT = {
  ethernet: { en: "Ethernet", zh: "以太网" },
  vlan: { en: "802.1Q tag", zh: "802.1Q 标签" },
  sll: { en: "Linux cooked capture", zh: "Linux cooked 抓包头" },
  sll2: { en: "Linux cooked capture v2", zh: "Linux cooked 抓包头 v2" },
  arp: { en: "ARP", zh: "ARP" },
  ipv4: { en: "IPv4", zh: "IPv4" },
  ipv6: { en: "IPv6", zh: "IPv6" },
  ipv6Extension: { en: "IPv6 extension header", zh: "IPv6 扩展头" },
  ah: { en: "Authentication header", zh: "认证头（AH）" },
  vrrp: { en: "VRRP", zh: "VRRP" },
  icmpv6: { en: "ICMPv6", zh: "ICMPv6" },
  tcp: { en: "TCP", zh: "TCP" },
  udp: { en: "UDP", zh: "UDP" },
  data: { en: "Data", zh: "数据" },
  padding: { en: "Padding", zh: "填充" },
} as const satisfies Record<LayerId, Text>;

/** A field's name, and a sentence about it. */
export interface FieldText {
  name: Text;
  help: Text;
}

function field(en: string, zh: string, helpEn: string, helpZh: string): FieldText {
  return { name: { en, zh }, help: { en: helpEn, zh: helpZh } };
}

const LINK = {
  "ethernet.destination": field(
    "Destination MAC",
    "目的 MAC",
    "Who takes the frame. The groups of VRRP have 01:00:5e:00:00:12 (IPv4) and 33:33:00:00:00:12 (IPv6).",
    "帧的接收者。VRRP 组播地址对应 01:00:5e:00:00:12（IPv4）和 33:33:00:00:00:12（IPv6）。",
  ),
  "ethernet.source": field(
    "Source MAC",
    "源 MAC",
    "The interface that sent it, or the virtual router's MAC 00:00:5e:00:01:VRID where that is used. Switches learn from it.",
    "发送接口的 MAC；若使用虚拟 MAC，则为 00:00:5e:00:01:VRID。交换机据此学习。",
  ),
  "ethernet.type": field(
    "Type",
    "类型",
    "The protocol of what follows.",
    "后续内容的协议。",
  ),
  "vlan.priority": field(
    "Priority code point",
    "优先级（PCP）",
    "Class of service of the frame in switches, 0 to 7.",
    "帧在交换机中的服务等级，0 到 7。",
  ),
  "vlan.dropEligible": field(
    "Drop eligible",
    "可丢弃位",
    "Set: dropped first when a switch is congested.",
    "置位：交换机拥塞时优先丢弃。",
  ),
  "vlan.id": field("VLAN", "VLAN", "Number of the virtual LAN.", "虚拟局域网编号。"),
  "vlan.type": field(
    "Type",
    "类型",
    "The protocol behind the tag.",
    "标签之后的协议。",
  ),
  "sll.packetType": field(
    "Packet type",
    "报文方向",
    "How the capturing machine saw it: sent to it, to a group, or by itself.",
    "抓包主机看到的方向：发给本机、发往组播或由本机发出。",
  ),
  "sll.hardware": field(
    "Hardware type",
    "硬件类型",
    "Kind of the interface (ARPHRD_ of Linux).",
    "接口种类（Linux 的 ARPHRD_）。",
  ),
  "sll.addressLength": field(
    "Address length",
    "地址长度",
    "Bytes of the address field that count.",
    "地址字段中有效的字节数。",
  ),
  "sll.address": field(
    "Source address",
    "源地址",
    "The sender's MAC; a cooked capture does not keep the destination's.",
    "发送者的 MAC；cooked 抓包不保留目的 MAC。",
  ),
  "sll.protocol": field("Protocol", "协议", "The protocol of what follows.", "后续内容的协议。"),
  "sll2.ifindex": field(
    "Interface",
    "接口号",
    "Number of the interface on the capturing machine.",
    "抓包主机上的接口编号。",
  ),
  "sll2.reserved": field("Reserved", "保留", "Zero.", "为零。"),
} as const;

const ARP = {
  "arp.hardware": field("Hardware type", "硬件类型", "1 is Ethernet.", "1 表示以太网。"),
  "arp.protocol": field(
    "Protocol type",
    "协议类型",
    "Whose addresses are asked for: IPv4.",
    "所询问地址的协议：IPv4。",
  ),
  "arp.hardwareLength": field(
    "Hardware length",
    "硬件地址长度",
    "Bytes of a MAC: 6.",
    "MAC 的字节数：6。",
  ),
  "arp.protocolLength": field(
    "Protocol length",
    "协议地址长度",
    "Bytes of an address: 4.",
    "地址的字节数：4。",
  ),
  "arp.operation": field(
    "Operation",
    "操作",
    "1 asks who has the target address, 2 answers. A gratuitous ARP of a new MASTER is a request that nobody has to answer.",
    "1 询问谁持有目标地址，2 为应答。新 MASTER 的免费 ARP 是无需应答的请求。",
  ),
  "arp.senderMac": field(
    "Sender MAC",
    "发送方 MAC",
    "Where the sender address is now: every neighbour that knows the address writes this into its cache.",
    "发送方地址现在的位置：已有该地址条目的邻居会把它写入缓存。",
  ),
  "arp.senderAddress": field(
    "Sender address",
    "发送方地址",
    "The address that is announced.",
    "被通告的地址。",
  ),
  "arp.targetMac": field(
    "Target MAC",
    "目标 MAC",
    "Of a request: not known, its value does not matter.",
    "在请求中未知，其值无意义。",
  ),
  "arp.targetAddress": field(
    "Target address",
    "目标地址",
    "The address that is asked for; the sender's own in a gratuitous ARP.",
    "被询问的地址；免费 ARP 中就是发送方自己的地址。",
  ),
} as const;

const IPV4 = {
  "ipv4.version": field("Version", "版本", "4.", "4。"),
  "ipv4.headerLength": field(
    "Header length",
    "首部长度",
    "Words of four bytes; 5 without options.",
    "以四字节为单位；无选项时为 5。",
  ),
  "ipv4.tos": field(
    "DSCP and ECN",
    "DSCP 与 ECN",
    "Class of service. VRRP is sent as CS6 (0xc0), network control, so that a full link does not drop it first.",
    "服务等级。VRRP 以 CS6（0xc0，网络控制）发送，链路拥满时不会先被丢弃。",
  ),
  "ipv4.totalLength": field(
    "Total length",
    "总长度",
    "Bytes of header and payload; what follows in the frame is padding.",
    "首部与载荷的字节数；帧中其后的内容为填充。",
  ),
  "ipv4.identification": field(
    "Identification",
    "标识",
    "Tells the fragments of one packet. vipd and keepalived count their adverts with it.",
    "区分同一报文的分片。vipd 与 keepalived 用它为通告计数。",
  ),
  "ipv4.flags": field("Flags", "标志", "Don't fragment, more fragments.", "不分片、还有分片。"),
  "ipv4.fragmentOffset": field(
    "Fragment offset",
    "分片偏移",
    "Place of a fragment in the whole packet, bytes; 0 for VRRP, which is never fragmented.",
    "分片在完整报文中的位置（字节）；VRRP 从不分片，故为 0。",
  ),
  "ipv4.ttl": field(
    "Time to live",
    "TTL",
    "Each router takes one away. VRRP is sent with 255 and taken with 255 alone: so nobody from behind a router can forge an advert.",
    "每经过一台路由器减一。VRRP 以 255 发送且只接受 255，因此路由器之外的人无法伪造通告。",
  ),
  "ipv4.protocol": field(
    "Protocol",
    "协议",
    "What it carries; VRRP is 112.",
    "承载的协议；VRRP 为 112。",
  ),
  "ipv4.checksum": field(
    "Header checksum",
    "首部校验和",
    "One's complement sum over the header alone.",
    "仅对首部求反码和。",
  ),
  "ipv4.source": field(
    "Source address",
    "源地址",
    "The primary address of the sending interface. Of two MASTERs with one priority the higher address stays.",
    "发送接口的主地址。优先级相同的两个 MASTER 中地址较大者留任。",
  ),
  "ipv4.destination": field(
    "Destination address",
    "目的地址",
    "VRRP's group is 224.0.0.18, which no router forwards.",
    "VRRP 的组播地址为 224.0.0.18，路由器不转发。",
  ),
  "ipv4.options": field(
    "Options",
    "选项",
    "Router alert and the like; VRRP has none.",
    "如路由器告警；VRRP 没有选项。",
  ),
} as const;

const IPV6 = {
  "ipv6.version": field("Version", "版本", "6.", "6。"),
  "ipv6.trafficClass": field(
    "Traffic class",
    "流量类别",
    "Class of service. VRRP is sent as CS6 (0xc0), network control.",
    "服务等级。VRRP 以 CS6（0xc0，网络控制）发送。",
  ),
  "ipv6.flowLabel": field(
    "Flow label",
    "流标签",
    "Lets routers keep the packets of one flow together; Linux writes a hash there unless told not to.",
    "使路由器把同一流的报文放在一起；Linux 默认写入哈希值。",
  ),
  "ipv6.payloadLength": field(
    "Payload length",
    "载荷长度",
    "Bytes behind this header.",
    "此首部之后的字节数。",
  ),
  "ipv6.nextHeader": field(
    "Next header",
    "下一首部",
    "What follows; VRRP is 112.",
    "后续内容；VRRP 为 112。",
  ),
  "ipv6.hopLimit": field(
    "Hop limit",
    "跳数限制",
    "Each router takes one away. VRRP and neighbour discovery are taken with 255 alone.",
    "每经过一台路由器减一。VRRP 和邻居发现只接受 255。",
  ),
  "ipv6.source": field(
    "Source address",
    "源地址",
    "Of adverts the link-local address of the sending interface.",
    "通告使用发送接口的链路本地地址。",
  ),
  "ipv6.destination": field(
    "Destination address",
    "目的地址",
    "VRRP's group is ff02::12; unsolicited neighbour advertisements go to ff02::1, all nodes.",
    "VRRP 的组播地址为 ff02::12；非请求邻居通告发往所有节点 ff02::1。",
  ),
  "ipv6Extension.nextHeader": field("Next header", "下一首部", "What follows.", "后续内容。"),
  "ipv6Extension.length": field(
    "Length",
    "长度",
    "Units of eight bytes behind the first eight.",
    "前八字节之后，以八字节为单位。",
  ),
  "ipv6Extension.data": field("Options", "选项", "What the header holds.", "首部的内容。"),
  "ah.nextHeader": field(
    "Next header",
    "下一首部",
    "What follows; VRRP is 112.",
    "后续内容；VRRP 为 112。",
  ),
  "ah.length": field(
    "Length",
    "长度",
    "Words of four bytes, less two.",
    "以四字节为单位，减二。",
  ),
  "ah.reserved": field("Reserved", "保留", "Zero.", "为零。"),
  "ah.spi": field(
    "Security parameters index",
    "安全参数索引",
    "keepalived puts the sender's address there.",
    "keepalived 在此写入发送方地址。",
  ),
  "ah.sequence": field(
    "Sequence number",
    "序号",
    "Grows with each packet, against replays.",
    "每个报文递增，防重放。",
  ),
  "ah.icv": field(
    "Integrity check value",
    "完整性校验值",
    "Made with the shared key, which nobody here knows: it is not checked.",
    "由共享密钥生成；此处无密钥，不做检验。",
  ),
} as const;

const VRRP = {
  "vrrp.version": field(
    "Version",
    "版本",
    "2 for IPv4 with seconds and passwords, 3 for both families with hundredths of a second.",
    "2 仅用于 IPv4，间隔以秒计并带口令；3 用于两种协议族，间隔以百分之一秒计。",
  ),
  "vrrp.type": field(
    "Type",
    "类型",
    "1 is an advertisement, the only type there is.",
    "1 为通告，是唯一的类型。",
  ),
  "vrrp.vrid": field(
    "Virtual router (VRID)",
    "虚拟路由器（VRID）",
    "Which virtual router this is about, 1 to 255: one number for all its members on a segment.",
    "属于哪个虚拟路由器，1 到 255：同一网段的成员使用同一编号。",
  ),
  "vrrp.priority": field(
    "Priority",
    "优先级",
    "The sender's effective priority. The highest becomes MASTER; 255 is the owner of the addresses, 0 says that the MASTER leaves now.",
    "发送方的有效优先级。最高者成为 MASTER；255 为地址拥有者，0 表示 MASTER 立即退出。",
  ),
  "vrrp.addressCount": field(
    "Number of addresses",
    "地址数",
    "How many virtual addresses follow.",
    "后面有多少个虚拟地址。",
  ),
  "vrrp.authType": field(
    "Authentication type",
    "认证类型",
    "0 none, 1 simple text password, 2 IP authentication header. Version 3 has none.",
    "0 无，1 明文口令，2 IP 认证头。版本 3 没有认证。",
  ),
  "vrrp.reserved": field(
    "Reserved",
    "保留",
    "Sent as zero and ignored by receivers.",
    "发送时为零，接收时忽略。",
  ),
  "vrrp.advertisementIntervalS": field(
    "Advert interval",
    "通告间隔",
    "Whole seconds between adverts. In version 2 all members must have the same: an advert with another interval is dropped.",
    "两次通告之间的整秒数。版本 2 要求成员一致：间隔不同的通告会被丢弃。",
  ),
  "vrrp.advertisementIntervalCs": field(
    "Max advert interval",
    "最大通告间隔",
    "Hundredths of a second between adverts. A BACKUP learns it and waits three of them and its skew time.",
    "两次通告之间的百分之一秒数。BACKUP 学习此值，等待其三倍加偏移时间。",
  ),
  "vrrp.checksum": field(
    "Checksum",
    "校验和",
    "One's complement sum over the message; in version 3 also over a pseudo header with the IP addresses.",
    "对消息求反码和；版本 3 还包含带 IP 地址的伪首部。",
  ),
  "vrrp.addresses": field(
    "Virtual address",
    "虚拟地址",
    "An address that belongs to whoever is MASTER.",
    "属于当前 MASTER 的地址。",
  ),
  "vrrp.authData": field(
    "Authentication data",
    "认证数据",
    "Eight bytes, always there in version 2: the password, or zeros.",
    "八字节，版本 2 总有：口令或零。",
  ),
  "vrrp.excess": field(
    "More bytes",
    "多余字节",
    "Behind what the number of addresses explains.",
    "超出地址数所能解释的字节。",
  ),
} as const;

const ICMPV6 = {
  "icmpv6.type": field(
    "Type",
    "类型",
    "135 asks for a neighbour, 136 tells where an address is.",
    "135 询问邻居，136 通告地址所在。",
  ),
  "icmpv6.code": field("Code", "代码", "0 for these messages.", "这类消息中为 0。"),
  "icmpv6.checksum": field(
    "Checksum",
    "校验和",
    "Over the message and a pseudo header with the IPv6 addresses.",
    "对消息和带 IPv6 地址的伪首部求和。",
  ),
  "icmpv6.data": field("Message", "消息内容", "Not read any further.", "不再解析。"),
  "neighbourAdvertisement.router": field(
    "Router flag",
    "路由器标志",
    "The sender forwards packets.",
    "发送方转发报文。",
  ),
  "neighbourAdvertisement.solicited": field(
    "Solicited flag",
    "请求标志",
    "Set: the answer to a question. A new MASTER announces its addresses unasked.",
    "置位：对询问的应答。新 MASTER 主动通告其地址。",
  ),
  "neighbourAdvertisement.override": field(
    "Override flag",
    "覆盖标志",
    "Set: overwrite what the neighbour cache holds. This is what moves an address.",
    "置位：覆盖邻居缓存中的内容。地址正是由此迁移。",
  ),
  "neighbourAdvertisement.reserved": field("Reserved", "保留", "Zero.", "为零。"),
  "neighbourAdvertisement.target": field(
    "Target address",
    "目标地址",
    "The address that is announced.",
    "被通告的地址。",
  ),
  "neighbourSolicitation.reserved": field("Reserved", "保留", "Zero.", "为零。"),
  "neighbourSolicitation.target": field(
    "Target address",
    "目标地址",
    "The address that is asked for.",
    "被询问的地址。",
  ),
  "option.type": field(
    "Option",
    "选项",
    "1 holds the sender's link-layer address, 2 the target's.",
    "1 为发送方的链路层地址，2 为目标的链路层地址。",
  ),
  "option.length": field("Option length", "选项长度", "Units of eight bytes.", "以八字节为单位。"),
  "option.mac": field(
    "Link-layer address",
    "链路层地址",
    "The MAC that packets for the address go to from now on.",
    "此后发往该地址的报文所用的 MAC。",
  ),
  "option.data": field("Option data", "选项数据", "Not read any further.", "不再解析。"),
} as const;

const TRANSPORT = {
  "tcp.sourcePort": field("Source port", "源端口", "The sender's port.", "发送方端口。"),
  "tcp.destinationPort": field(
    "Destination port",
    "目的端口",
    "The port of the service: a virtual_server is an address and this.",
    "服务的端口：virtual_server 由地址和此端口确定。",
  ),
  "tcp.sequence": field(
    "Sequence number",
    "序号",
    "Place of the first byte in the stream.",
    "首字节在流中的位置。",
  ),
  "tcp.acknowledgment": field(
    "Acknowledgment number",
    "确认号",
    "The next byte that is expected.",
    "期望的下一个字节。",
  ),
  "tcp.headerLength": field(
    "Data offset",
    "首部长度",
    "Words of four bytes; 5 without options.",
    "以四字节为单位；无选项时为 5。",
  ),
  "tcp.reserved": field("Reserved", "保留", "For later use.", "供将来使用。"),
  "tcp.flags": field(
    "Flags",
    "标志",
    "SYN opens a connection, FIN and RST end it: a director keeps its table by them.",
    "SYN 建立连接，FIN 与 RST 结束连接：调度器据此维护连接表。",
  ),
  "tcp.window": field("Window", "窗口", "Bytes that may be sent.", "允许发送的字节数。"),
  "tcp.checksum": field(
    "Checksum",
    "校验和",
    "Over the segment and a pseudo header. A capture of the sender itself often shows it unfinished: the network card does it.",
    "对报文段和伪首部求和。在发送方本机抓包常见未完成的值：由网卡计算。",
  ),
  "tcp.urgent": field("Urgent pointer", "紧急指针", "Hardly used.", "很少使用。"),
  "tcp.options": field(
    "Options",
    "选项",
    "Segment size, timestamps and the like.",
    "报文段大小、时间戳等。",
  ),
  "udp.sourcePort": field("Source port", "源端口", "The sender's port.", "发送方端口。"),
  "udp.destinationPort": field(
    "Destination port",
    "目的端口",
    "The port of the service.",
    "服务的端口。",
  ),
  "udp.length": field("Length", "长度", "Bytes of header and data.", "首部与数据的字节数。"),
  "udp.checksum": field(
    "Checksum",
    "校验和",
    "Over the datagram and a pseudo header; 0 over IPv4 means none.",
    "对数据报和伪首部求和；IPv4 中 0 表示没有。",
  ),
  "data.bytes": field("Data", "数据", "Not read any further.", "不再解析。"),
  "padding.bytes": field(
    "Padding",
    "填充",
    "Behind the packet: Ethernet frames have at least 60 bytes.",
    "报文之后：以太网帧至少 60 字节。",
  ),
} as const;

/** All fields. */
export const FIELD_TEXT: Readonly<Record<FieldId, FieldText>> = {
  ...LINK,
  ...ARP,
  ...IPV4,
  ...IPV6,
  ...VRRP,
  ...ICMPV6,
  ...TRANSPORT,
};
