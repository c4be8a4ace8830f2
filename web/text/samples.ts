// Titles of the samples.

/** The table. */
export const SAMPLE_TEXT = {
  reference: {
    en: "Reference deployment: LVS-DR, two directors, both master",
    zh: "参考部署：LVS-DR，双主调度器",
  },
  published: {
    en: "The same as it was published, odd blanks and all",
    zh: "同一部署的原始发布文本（含异常空白）",
  },
  /** By the name of the file. */
  scenarios: {
    "01-start-order": { en: "Start order", zh: "启动顺序" },
    "02-kill-master": { en: "Kill the master", zh: "杀死主节点" },
    "03-graceful-stop": { en: "Graceful stop", zh: "正常停止" },
    "04-frozen-guest": { en: "Frozen guest", zh: "虚拟机冻结" },
    "05-stopped-process": { en: "Stopped process", zh: "进程暂停" },
    "06-one-way-cut": { en: "One-way cut", zh: "单向断网" },
    "07-partition-and-heal": { en: "Partition and heal", zh: "网络分区与恢复" },
    "08-maintenance-file": { en: "Maintenance by a file", zh: "用文件进入维护" },
    "09-both-scripts-fail": { en: "The script fails on both", zh: "两个节点脚本均失败" },
    "10-flapping-script": { en: "Flapping script", zh: "脚本反复变化" },
    "11-untracked-script": { en: "A script that nobody tracks", zh: "未被跟踪的脚本" },
    "12-weight-too-small": { en: "A weight that is too small", zh: "权重太小" },
    "13-tie": { en: "Equal priorities", zh: "优先级相同" },
    "14-password-differs": { en: "Passwords that differ", zh: "密码不一致" },
    "15-real-servers-down": {
      en: "Real servers down, sorry server",
      zh: "真实服务器全部下线，备用服务器",
    },
    "16-reload-priority": { en: "A reload that moves an address", zh: "重载使地址迁移" },
    "17-lossy-wire": { en: "Lossy wire", zh: "丢包线路" },
    "18-unplugged": { en: "Unplugged", zh: "拔掉网线" },
    "19-nopreempt": { en: "No preemption", zh: "不抢占" },
    "20-address-removed": { en: "Somebody removes an address", zh: "地址被人删除" },
    "21-requests": {
      en: "Requests through a refusing server and a takeover",
      zh: "服务器拒绝与接管期间的请求",
    },
  },
} as const;
