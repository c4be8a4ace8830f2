// Words of opening, sharing and saving.

/** The table. */
export const SHARE_TEXT = {
  open: { en: "Open and share", zh: "打开与分享" },
  close: { en: "Close", zh: "关闭" },
  // ---- Samples ----
  samples: { en: "Samples", zh: "示例" },
  sample: { en: "Sample", zh: "示例" },
  openSample: { en: "Open it", zh: "打开" },
  deployments: { en: "Deployments", zh: "部署" },
  scenarios: { en: "What happens to the reference deployment", zh: "参考部署上的情景" },
  sampleFailed: {
    en: "The sample could not be loaded: {problem}.",
    zh: "无法加载示例：{problem}。",
  },
  // ---- Files ----
  files: { en: "Your files", zh: "您的文件" },
  filesHint: {
    en:
      "Configurations (.conf, one a node), a scenario (.jsonc), a dump of vipd or a capture (.pcap). They stay on this machine. They can be dropped anywhere on the page.",
    zh:
      "配置（.conf，每个节点一个）、情景（.jsonc）、vipd 转储或抓包（.pcap）。文件不会离开本机，也可以拖放到页面任意位置。",
  },
  chooseFiles: { en: "Choose files", zh: "选择文件" },
  dropHere: { en: "Drop the files to open them", zh: "松开以打开文件" },
  unknownFile: {
    en: "{name} is no configuration, scenario, dump or capture.",
    zh: "{name} 不是配置、情景、转储或抓包文件。",
  },
  emptyFile: { en: "{name} is empty.", zh: "{name} 是空文件。" },
  fileTooLarge: { en: "{name} is larger than {max} MiB.", zh: "{name} 大于 {max} MiB。" },
  fileUnread: { en: "{name} cannot be read: {problem}.", zh: "无法读取 {name}：{problem}。" },
  tooManyFiles: { en: "More than {max} files at once.", zh: "一次最多打开 {max} 个文件。" },
  oneRecording: {
    en: "A dump or capture is opened alone.",
    zh: "转储或抓包需要单独打开。",
  },
  oneScenario: { en: "Only one scenario can be played.", zh: "只能运行一个情景。" },
  opened: { en: "{names} opened.", zh: "已打开 {names}。" },
  hasErrors: {
    en: "{names} opened. The configuration has errors: see below the editor.",
    zh: "已打开 {names}。配置有错误：见编辑器下方。",
  },
  putBack: { en: "Put back what was there before", zh: "恢复之前的内容" },
  // ---- Link ----
  link: { en: "Share by link", zh: "通过链接分享" },
  linkHint: {
    en: "Configuration, scenario and seed stand in the link itself; nothing is sent to a server.",
    zh: "配置、情景和种子都在链接中；不会发送到任何服务器。",
  },
  withSecrets: {
    en: "With passwords and tokens as they are",
    zh: "包含真实的密码和令牌",
  },
  masked: {
    en:
      "{count} different secrets are masked: those that were equal still are. The play is the same, its digest is another.",
    zh: "已遮盖 {count} 个不同的密钥：原本相同的仍然相同。过程不变，但摘要不同。",
  },
  maskedOne: {
    en: "One secret is masked. The play is the same, its digest is another.",
    zh: "已遮盖 1 个密钥。过程不变，但摘要不同。",
  },
  noSecrets: { en: "There are no passwords or tokens in it.", zh: "其中没有密码或令牌。" },
  linkField: { en: "Link", zh: "链接" },
  copyLink: { en: "Copy the link", zh: "复制链接" },
  copied: { en: "Copied.", zh: "已复制。" },
  notCopied: {
    en: "The browser did not copy: select the text and copy it.",
    zh: "浏览器未能复制：请手动选择并复制。",
  },
  linkLength: { en: "{length} characters", zh: "{length} 个字符" },
  playTooLong: {
    en: "This is too much for a link ({length} characters, at most {max}): save the files instead.",
    zh: "内容太多，无法放入链接（{length} 个字符，最多 {max}）：请改为保存文件。",
  },
  linkTooLong: {
    en: "The link has more than {max} characters.",
    zh: "链接超过 {max} 个字符。",
  },
  linkTooLarge: {
    en: "What the link holds is larger than {max} bytes.",
    zh: "链接内容大于 {max} 字节。",
  },
  linkVersion: {
    en:
      "The link was made by another version of this page: load the page again, or ask for another link.",
    zh: "链接由此页面的其他版本生成：请重新加载页面，或索取新的链接。",
  },
  linkDamaged: {
    en: "The link is damaged: perhaps it was cut. Ask for it again.",
    zh: "链接已损坏：可能被截断。请重新索取。",
  },
  linkScenario: {
    en: "The scenario of the link cannot be read: {problem}.",
    zh: "无法读取链接中的情景：{problem}。",
  },
  // ---- Save ----
  save: { en: "Save and run", zh: "保存并运行" },
  saveHint: {
    en: "The files as they are, with their secrets.",
    zh: "原样保存，包含密钥。",
  },
  saveFile: { en: "Save {name}", zh: "保存 {name}" },
  saveAll: { en: "Save all", zh: "全部保存" },
  command: { en: "Run it on a machine with vipd:", zh: "在装有 vipd 的机器上运行：" },
  digest: { en: "Digest of this play: {digest}", zh: "本次运行的摘要：{digest}" },
  copyCommand: { en: "Copy the command", zh: "复制命令" },
  cannotSave: { en: "This cannot be saved: {problem}", zh: "无法保存：{problem}" },
  editedNotPlayed: {
    en: "Link and files hold what is played; the editor's changes since then are not in it.",
    zh: "链接和文件包含正在运行的内容；编辑器中此后的修改不在其中。",
  },
} as const;
