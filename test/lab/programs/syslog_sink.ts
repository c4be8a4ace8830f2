// The receiving end of local syslog: prints every datagram that comes to the socket, one a line.
// usage: syslog_sink.ts PATH

const [path = "/dev/log"] = Deno.args;
const socket = Deno.listenDatagram({ transport: "unixpacket", path });
console.log("listening");
for await (const [bytes] of socket) console.log(new TextDecoder().decode(bytes));
