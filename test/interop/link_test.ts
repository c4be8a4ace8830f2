// Interfaces that go and come back: with the index they had or another one, while other programs make
// links all the time, while a second one is gone for good. Nobody asks for a reload in all this.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INTERFACE_MAX } from "../../host/core/abi.gen.ts";
import { Director } from "../lab/director.ts";
import { BRIDGE, Lab, type LabNode, type LabSwitch } from "../lab/netns.ts";
import { delay, eventually } from "../lab/process.ts";

const INTERVAL_S = 0.3;
/** A master down interval and something for a loaded machine. */
const SETTLE_MS = 3000;
const MTU_BELOW_IPV6 = 1000;
const MTU = 1500;

interface Instance {
  name: string;
  device: string;
  vrid: number;
  priority: number;
  vip: string;
}

const instanceConf = ({ name, device, vrid, priority, vip }: Instance) =>
  [
    `vrrp_instance ${name} {`,
    `    interface ${device}`,
    `    virtual_router_id ${vrid}`,
    `    priority ${priority}`,
    "    version 3",
    `    advert_int ${INTERVAL_S}`,
    "    virtual_ipaddress {",
    `        ${vip}`,
    "    }",
    "}",
    "",
  ].join("\n");

const first: Instance = {
  ...{ name: "A", device: "eth0", vrid: 1, priority: 100 },
  vip: "10.0.0.100/24",
};
const second: Instance = {
  ...{ name: "B", device: "eth1", vrid: 2, priority: 100 },
  vip: "10.0.1.100/24",
};
const SIXTH: Instance = { ...first, vip: "fd00::100/64" };

const labs: Lab[] = [];

async function open(tag: string): Promise<{ lab: Lab; node: LabNode; lan: LabSwitch }> {
  const lab = await Lab.open(tag);
  labs.push(lab);
  const lan = await lab.addSwitch("lan");
  const node = await lab.addNode("node1");
  await lan.connect(node, { name: "eth0", addresses: ["10.0.0.1/24"] });
  return { lab, node, lan };
}

const states = async (director: Director) =>
  (await director.status()).instances.map(({ name, state }) => `${name} ${state}`);

/** A master with priority 110 on a node of its own; ours, with 90, is its backup. */
async function withMaster(tag: string, instance: Instance) {
  const { lab, node, lan } = await open(tag);
  const other = await lab.addNode("node2");
  await lan.connect(other, { name: "eth0", addresses: ["10.0.0.2/24"] });
  const conf = (priority: number) => instanceConf({ ...instance, priority });
  const master = await Director.start("vipd", other, conf(110));
  const [address] = instance.vip.split("/");
  await master.untilHolds(address!);
  const backup = await Director.start("vipd", node, conf(90));
  return { node, lan, backup };
}

/** eth0 goes and comes back with the index it had, as one does that visits another namespace. */
async function playSameIndex() {
  const { node, lan, backup } = await withMaster("vf-same", first);
  const { stdout } = await node.net(["ip", "-j", "link", "show", "eth0"]);
  const [{ ifindex }] = JSON.parse(stdout) as [{ ifindex: number }];
  await node.ip("link del eth0");
  const port = lan.port(node);
  await node.ip(
    `link add eth0 index ${ifindex} type veth peer name ${port} netns ${lan.node.pid}`,
    "link set eth0 up",
    "addr add 10.0.0.1/24 dev eth0",
  );
  await lan.node.ip(`link set ${port} master ${BRIDGE} up`);
  await backup.program.waitForLine(/Entering BACKUP STATE: the last fault is gone/);
  await delay(SETTLE_MS);
  return { states: await states(backup), log: backup.program.log };
}

/** With so small an MTU the kernel forgets the interface's IPv6 with all its groups. */
async function playMtu() {
  const { node, backup } = await withMaster("vf-mtu", SIXTH);
  await node.ip(`link set eth0 mtu ${MTU_BELOW_IPV6}`);
  await backup.program.waitForLine(/Entering FAULT STATE/);
  await node.ip(`link set eth0 mtu ${MTU}`);
  await backup.program.waitForLine(/Entering BACKUP STATE: the last fault is gone/);
  await delay(SETTLE_MS);
  return { states: await states(backup), log: backup.program.log };
}

async function makeAnew(node: LabNode, lan: LabSwitch): Promise<void> {
  await node.ip("link del eth0");
  await lan.connect(node, { name: "eth0", addresses: ["10.0.0.1/24"] });
}

/** On a machine with more links than the core has room for, ours is the last. */
async function playCrowd() {
  const lab = await Lab.open("vf-crowd");
  labs.push(lab);
  const lan = await lab.addSwitch("lan");
  const node = await lab.addNode("node1");
  const pairs = Array.from({ length: INTERFACE_MAX / 2 + 1 }, (_, i) => i);
  await node.ip(...pairs.map((i) => `link add v${i} type veth peer name w${i}`));
  await lan.connect(node, { name: "eth0", addresses: ["10.0.0.1/24"] });
  const ours = await Director.start("vipd", node, instanceConf(first));
  await ours.untilHolds("10.0.0.100");
  await makeAnew(node, lan);
  await ours.untilHolds("10.0.0.100", false);
  await ours.untilHolds("10.0.0.100");
  return await states(ours);
}

const BUSY = "while :; do ip link add b0 type veth peer name b1; ip link del b0; done";

async function playStorm() {
  const { node, lan } = await open("vf-storm");
  const ours = await Director.start("vipd", node, instanceConf(first));
  await ours.untilHolds("10.0.0.100");
  const storm = await node.start(["sh", "-c", BUSY]);
  await makeAnew(node, lan);
  await ours.untilHolds("10.0.0.100").finally(() => storm.stop());
  return await states(ours);
}

async function playOneGone() {
  const { lab, node, lan } = await open("vf-gone");
  const lan2 = await lab.addSwitch("lan2");
  await lan2.connect(node, { name: "eth1", addresses: ["10.0.1.1/24"] });
  const ours = await Director.start("vipd", node, instanceConf(first) + instanceConf(second));
  await ours.untilHolds("10.0.0.100");
  await ours.untilHolds("10.0.1.100");
  await node.ip("link del eth1");
  await makeAnew(node, lan);
  await ours.untilHolds("10.0.0.100");
  const whileGone = await states(ours);
  await lan2.connect(node, { name: "eth1", addresses: ["10.0.1.1/24"] });
  await ours.untilHolds("10.0.1.100");
  return { whileGone, after: await states(ours) };
}

async function playEditedFile() {
  const { node, lan } = await open("vf-file");
  const ours = await Director.start("vipd", node, instanceConf(first));
  await ours.untilHolds("10.0.0.100");
  await node.configure("keepalived.conf", instanceConf(first) + instanceConf(second) + "bogus {");
  await makeAnew(node, lan);
  await eventually("eth0 to be back", async () => await node.holds("10.0.0.1") || null);
  await ours.untilHolds("10.0.0.100");
  return { states: await states(ours), log: ours.program.log };
}

let played: {
  sameIndex: ReturnType<typeof playSameIndex>;
  mtu: ReturnType<typeof playMtu>;
  storm: ReturnType<typeof playStorm>;
  oneGone: ReturnType<typeof playOneGone>;
  editedFile: ReturnType<typeof playEditedFile>;
  crowd: ReturnType<typeof playCrowd>;
};

beforeAll(async () => {
  played = {
    sameIndex: playSameIndex(),
    mtu: playMtu(),
    storm: playStorm(),
    oneGone: playOneGone(),
    editedFile: playEditedFile(),
    crowd: playCrowd(),
  };
  await Promise.allSettled(Object.values(played));
});

afterAll(async () => {
  await Promise.all(labs.map((lab) => lab.close()));
});

describe("a backup's interface goes and comes back", () => {
  it("with the same index: it hears its master again", async () => {
    const { states, log } = await played.sameIndex;
    expect(states, log).toEqual(["A BACKUP"]);
  });

  it("an MTU below IPv6's and back: it hears its master again", async () => {
    const { states, log } = await played.mtu;
    expect(states, log).toEqual(["A BACKUP"]);
  });
});

describe("a master's interface is made anew, with another index", () => {
  it("while others make links all the time: it is master there again", async () => {
    expect(await played.storm).toEqual(["A MASTER"]);
  });

  it("among more links than the core has room for: it is master there again", async () => {
    expect(await played.crowd).toEqual(["A MASTER"]);
  });

  it("while another interface is gone: it is master there, the other stays in FAULT", async () => {
    const { whileGone, after } = await played.oneGone;
    expect(whileGone).toEqual(["A MASTER", "B FAULT"]);
    expect(after).toEqual(["A MASTER", "B MASTER"]);
  });

  it("while the file is being edited: the configuration in force stays in force", async () => {
    const { states, log } = await played.editedFile;
    expect(states).toEqual(["A MASTER"]);
    expect(log).not.toMatch(/bogus/);
  });
});
