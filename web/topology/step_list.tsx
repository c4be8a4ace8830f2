// The steps of the scenario, those of a hand among them: looked at, taken out, put back, saved.

import type { JSX } from "preact";
import { jumpTo } from "../app/playback.ts";
import { playheadSlow, scenario } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { shareIsOpen } from "../share/share_state.ts";
import { removeStep, restoreStep, undone } from "../source/play/client.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { t } from "../text/text.ts";
import { actionText } from "./do_offer.ts";

/** The steps. */
export function StepList(): JSX.Element {
  const steps = scenario.value?.steps ?? [];
  const nowUs = playheadSlow.value;
  return (
    <section aria-label={t(TOPOLOGY_TEXT.steps)}>
      <h3>{t(TOPOLOGY_TEXT.steps)}</h3>
      {steps.length === 0 && <p class="soft">{t(TOPOLOGY_TEXT.noSteps)}</p>}
      <div class="row">
        {steps.length > 0 && (
          <button
            type="button"
            data-testid="save-scenario"
            aria-haspopup="dialog"
            onClick={() => shareIsOpen.value = true}
          >
            {t(TOPOLOGY_TEXT.saveScenario)}
          </button>
        )}
        {undone.value.length > 0 && (
          <button type="button" data-testid="put-back" onClick={restoreStep}>
            {t(TOPOLOGY_TEXT.undo)}
          </button>
        )}
      </div>
      <ol class="steps" data-testid="steps">
        {steps.map(({ atUs, action }, i) => (
          <li key={`${atUs} ${i}`} class={atUs > nowUs ? "is-later" : ""}>
            <button
              type="button"
              class="mono"
              aria-label={`${t(TOPOLOGY_TEXT.jump)} ${timeText(atUs)}`}
              onClick={() =>
                jumpTo(atUs)}
            >
              {timeText(atUs)}
            </button>
            <span>{actionText(action)}</span>
            <button
              type="button"
              class="remove"
              aria-label={`${t(TOPOLOGY_TEXT.remove)} ${timeText(atUs)}`}
              title={t(TOPOLOGY_TEXT.remove)}
              onClick={() =>
                removeStep(i)}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
