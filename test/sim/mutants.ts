// The deliberate faults that prove the search: a person who works on the core could make each of them
// with one slip, and all but the last lines of the table would pass a review of the line alone.
// mutants_test.ts compiles each and looks for the seed that shows it.

import type { Mutant } from "./compile_core.ts";

/** The faults, in the order of the files. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "skew left out",
    file: "vrrp/intervals.ts",
    from: "const steps = PRIORITY_STEPS - <u64> priority;",
    to: "const steps: u64 = 0;",
    meaning: "all backups wait equally long, whatever their priority",
  },
  {
    name: "tie ignored",
    file: "vrrp/events.ts",
    from: "(priority == own && order > 0)",
    to: "false",
    meaning: "two masters of one priority both stay MASTER",
  },
  {
    name: "higher priority ignored",
    file: "vrrp/events.ts",
    from: "} else if (priority > own || (priority == own && order > 0)) {",
    to: "} else if (priority == own && order > 0) {",
    meaning: "a MASTER does not yield to a better one",
  },
  {
    name: "priority 0 taken for an advert",
    file: "vrrp/events.ts",
    from: "setDownTimer(instance, instance.skewTimeUs, REASON_MASTER_RESIGNED);",
    to: "restartDownTimer(instance);",
    meaning: "a BACKUP waits the whole down interval after a master said that it leaves",
  },
  {
    name: "priority 0 not sent",
    file: "vrrp/machine.ts",
    from: "sendAdvert(instance, PRIORITY_RESIGN);",
    to: "sendAdvert(instance, instance.priorityEffective);",
    meaning: "a master that leaves advertises its usual priority",
  },
  {
    name: "down timer not restarted",
    file: "vrrp/events.ts",
    from: "  instance.wantMaster = 0;\n  restartDownTimer(instance);",
    to: "  instance.wantMaster = 0;",
    meaning: "a BACKUP takes over although it hears the master",
  },
  {
    name: "timers not stopped in FAULT",
    file: "vrrp/machine.ts",
    from: "  stopTimers(instance);\n  instance.preempt = PREEMPT_IDLE;",
    to: "  instance.preempt = PREEMPT_IDLE;",
    meaning: "the down timer runs out in FAULT",
  },
  {
    name: "advert timer slow",
    file: "vrrp/events.ts",
    from: "const next = dueUs + instance.intervalUs;",
    to: "const next = dueUs + 4 * <u64> instance.intervalUs;",
    meaning: "a MASTER sends every fourth advert only",
  },
  {
    name: "no advert on becoming MASTER",
    file: "vrrp/machine.ts",
    from: "  sendAdvert(instance, instance.priorityEffective);\n  addAddresses(instance);",
    to: "  addAddresses(instance);",
    meaning: "a new MASTER is silent for its first interval",
  },
  {
    name: "preempt delay ignored",
    file: "vrrp/events.ts",
    from: "if (instance.preemptDelayUs == 0) return false;",
    to: "return false;",
    meaning: "a better router does not wait for its preempt_delay",
  },
  {
    name: "nopreempt ignored",
    file: "vrrp/events.ts",
    from: "if ((instance.flags & INSTANCE_NOPREEMPT) != 0) return true;",
    to: "",
    meaning: "a router with nopreempt replaces a living master",
  },
  {
    name: "interval not learnt",
    file: "vrrp/events.ts",
    from: "  learnInterval(instance, intervalUs);\n  rememberMaster(instance);\n" +
      "  instance.wantMaster = 0;",
    to: "  rememberMaster(instance);\n  instance.wantMaster = 0;",
    meaning: "a version 3 BACKUP counts a slow master's adverts by its own interval",
  },
  {
    name: "lease not refreshed",
    file: "vrrp/events.ts",
    from: "  leaseWithAdvert(instance);",
    to: "",
    meaning: "a master's addresses run out in the kernel",
  },
  {
    name: "lost address ignored",
    file: "vrrp/events.ts",
    from: "  dropToBackup(instance, REASON_ADDRESS_LOST, true);",
    to: "",
    meaning: "a MASTER stays although somebody removed its address",
  },
  {
    name: "addresses kept on BACKUP",
    file: "vrrp/machine.ts",
    from: "  removeAddressesOf(instance);",
    to: "",
    meaning: "who leaves MASTER keeps the addresses until their leases end",
  },
  {
    name: "no gratuitous ARP",
    file: "vrrp/machine.ts",
    from: "  garpBegin(instance);",
    to: "",
    meaning: "clients keep sending to the master before",
  },
  {
    name: "gratuitous ARP goes on",
    file: "vrrp/garp.ts",
    from: "  stopTimer(instance, TIMER_GARP_DELAY);\n  stopTimer(instance, TIMER_GARP_REFRESH);",
    to: "",
    meaning: "a BACKUP sends the bursts that it planned as MASTER",
  },
  {
    name: "priority raised to the owner's",
    file: "vrrp/priority.ts",
    from: "min(<i32> PRIORITY_EFFECTIVE_MAX, sum)",
    to: "min(<i32> PRIORITY_OWNER, sum)",
    meaning: "weights can carry a priority to 255, which only owners have",
  },
  {
    name: "priority lowered to 0",
    file: "vrrp/priority.ts",
    from: "const PRIORITY_EFFECTIVE_MIN: i32 = 1;",
    to: "const PRIORITY_EFFECTIVE_MIN: i32 = 0;",
    meaning: "weights can carry a priority to 0, which means a resignation",
  },
  {
    name: "group not taken along to BACKUP",
    file: "vrrp/sync_group.ts",
    from: "if (!own && member.state != STATE_MASTER) {",
    to: "if (!own) {",
    meaning: "one member of a sync group yields and the others stay MASTER",
  },
  {
    name: "group not taken along to MASTER",
    file: "vrrp/sync_group.ts",
    from: "    if (member.state != STATE_BACKUP) continue;\n    becomeMaster(",
    to: "    if (n != instance.instance) continue;\n    becomeMaster(",
    meaning: "one member of a sync group takes over and the others do not",
  },
  {
    name: "address list short",
    file: "vrrp/poll.ts",
    from: "    index++;",
    to: "",
    meaning: "adverts carry one address and zeros where the others belong",
  },
];
