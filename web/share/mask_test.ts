import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadConfig, memorySource } from "../../host/conf/index.ts";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { handScenario } from "../source/play/hand_scenario.ts";
import { Masking } from "./mask.ts";

function authText(pass: string): string {
  return `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    authentication {
        auth_type PASS
        auth_pass ${pass} # as on all routers
    }
    virtual_ipaddress {
        192.0.2.1/24
    }
}
`;
}

/** The eight bytes that are sent. */
function sentBy(text: string): string {
  const { config } = loadConfig("a.conf", memorySource({ "a.conf": text }));
  return config!.instances[0]!.auth!.data.join();
}

/** Words that stand in a file as they are, and such as need quotes. */
const PASSWORD = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9$%&*()+,./:;<=>?@_|~^-]{1,12}$/),
  fc.stringMatching(/^[a-z {}#!é]{1,10}$/).map((text) => `"${text}"`),
);

describe("Masking", () => {
  it("keeps files readable, and passwords that agree in agreement (property)", () => {
    fc.assert(
      fc.property(fc.array(PASSWORD, { minLength: 1, maxLength: 6 }), (passwords) => {
        const masking = new Masking();
        const texts = passwords.map(authText);
        const masked = texts.map((text) => masking.text(text));
        const classes = (list: readonly string[]) => list.map((one) => list.indexOf(one));
        expect(classes(masked.map(sentBy))).toEqual(classes(texts.map(sentBy)));
        expect(masking.size).toBe(new Set(texts.map(sentBy)).size);
        for (const text of masked) expect(text).toMatch(/auth_pass mask\d # as on all routers/);
      }),
      { numRuns: 120 },
    );
  });

  it("leaves nothing of a secret, and everything else", () => {
    const masking = new Masking();
    const text =
      'a\nauth_pass "s3cret"\n# auth_pass oldone\nvipd {\nweb {\ntoken ops 0123456789abcdef0\n' +
      "token dev fedcba98765432100\n}\n}\nauth_pass s3cret";
    const masked = masking.text(text);
    for (const secret of ["s3cret", "oldone", "0123", "fedc"]) expect(masked).not.toContain(secret);
    expect(masked).toBe(
      "a\nauth_pass mask1\n# auth_pass mask2\nvipd {\nweb {\ntoken ops masked-token-0003\n" +
        "token dev masked-token-0004\n}\n}\nauth_pass mask1",
    );
    expect(masking.text("no secrets\n")).toBe("no secrets\n");
    expect(masking.text('auth_pass ""')).toBe('auth_pass ""');
  });

  it("takes tokens that are read again", () => {
    const text = "vipd {\nweb {\ntoken a 0123456789abcdef\ntoken b 0123456789abcdeg\n}\n}\n";
    const masked = new Masking().text(text);
    const { config } = loadConfig("a.conf", memorySource({ "a.conf": masked }));
    expect(config?.vipd.web?.tokens.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("masks changes of passwords as the files", () => {
    const masking = new Masking();
    const set = [
      { path: "vrrp_instance.A.authentication.auth_pass", value: "s3cret" },
      { path: "vrrp_instance.B.authentication.auth_pass", value: "" },
      { path: "vrrp_instance.A.priority", value: 90 },
    ];
    const scenario: Scenario = {
      ...handScenario(),
      steps: [
        { atUs: 0, action: { do: "reload", node: "n", set, config: null } },
        { atUs: 1, action: { do: "kill", node: "n" } },
      ],
    };
    expect(masking.text("auth_pass s3cret")).toBe("auth_pass mask1");
    const [reload, kill] = masking.scenario(scenario).steps;
    expect(reload!.action).toMatchObject({
      set: [{ value: "mask1" }, { value: "" }, { value: 90 }],
    });
    expect(kill).toBe(scenario.steps[1]);
    expect(set[0]!.value).toBe("s3cret");
  });
});
