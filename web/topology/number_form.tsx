// One number and a button that does something with it.

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { t, type Text } from "../text/text.ts";

/** What the form is about. */
export interface NumberFormProps {
  label: Text;
  /** On the button. */
  apply: Text;
  initial: number;
  min: number;
  max: number;
  step: number;
  isEnabled?: boolean;
  testId: string;
  onApply(value: number): void;
}

/** The form. Only a number within its bounds can be applied. */
export function NumberForm(props: NumberFormProps): JSX.Element {
  const { label, apply, initial, min, max, step, isEnabled = true, testId, onApply } = props;
  const text = useSignal(String(initial));
  const value = Number(text.value);
  const isGood = isEnabled && text.value.trim() !== "" && value >= min && value <= max;
  return (
    <form
      class="number-form"
      data-testid={testId}
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) onApply(value);
      }}
    >
      <label>
        {t(label)}{" "}
        <input
          type="number"
          min={min}
          max={max}
          step={step}
          value={text.value}
          onInput={(event) => text.value = event.currentTarget.value}
        />
      </label>
      <button type="submit" disabled={!isGood}>{t(apply)}</button>
    </form>
  );
}
