// The LVS view: the load, a card for each service, the connections over time, and two schedulers side by
// side.

import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { LOAD_MAX } from "../../host/sim/scenario/scenario.ts";
import { playheadSlow, recording, revision, scene } from "../app/state.ts";
import { timeText } from "../app/time_text.ts";
import { doAction } from "../source/play/client.ts";
import { BALANCE_TEXT } from "../text/balance.ts";
import { t } from "../text/text.ts";
import "./balance.css";
import { ComparePanel } from "./compare_panel.tsx";
import { OpenChart } from "./open_chart.tsx";
import {
  loadOfSlider,
  type ServerRow,
  type ServiceState,
  serviceState,
  sliderOfLoad,
} from "./service_state.ts";
import { binOf, hasLoad, trafficCounts, trafficRevision, trafficUntilUs } from "./traffic.ts";

/** Steps of the slider. */
const SLIDER_STEPS = 400;
/** A first load that shows something and is computed at once. */
const FIRST_LOAD = 100;

const wanted = signal(FIRST_LOAD);
const onlyService = signal("");

const states = computed((): ServiceState[] => {
  trafficRevision.value;
  const { cast } = recording.value;
  const bin = binOf(playheadSlow.value);
  return cast.services.map((service) =>
    serviceState(cast, scene.value, service, trafficCounts(), bin)
  );
});

/** The view. */
export function BalanceView(): JSX.Element {
  revision.value;
  const { cast, source, untilUs } = recording.value;
  if (cast.services.length === 0) {
    return <p class="card balance-none">{t(BALANCE_TEXT.none)}</p>;
  }
  return (
    <div class="balance" data-testid="balance">
      {source === "simulation" && <LoadControl />}
      {source === "simulation" && !hasLoad.value && <p class="soft">{t(BALANCE_TEXT.noLoad)}</p>}
      {hasLoad.value && trafficUntilUs.value < untilUs && (
        <p class="soft" role="status">
          {t(BALANCE_TEXT.computing, { time: timeText(trafficUntilUs.value, 0) })}
        </p>
      )}
      <h2>{t(BALANCE_TEXT.title)}</h2>
      <div class="services">
        {states.value.map((state) => <ServiceCard key={state.service.name} state={state} />)}
      </div>
      {hasLoad.value && <OpenChart />}
      <ComparePanel />
    </div>
  );
}

function LoadControl(): JSX.Element {
  const { load } = scene.value;
  const { services } = recording.value.cast;
  const send = (perSecond: number) =>
    doAction({
      do: "load",
      perSecond,
      service: onlyService.value === "" ? null : onlyService.value,
    });
  return (
    <form
      class="load card"
      aria-label={t(BALANCE_TEXT.load)}
      onSubmit={(event) => {
        event.preventDefault();
        send(wanted.value);
      }}
    >
      <label>
        {t(BALANCE_TEXT.load)}
        <input
          type="range"
          min={0}
          max={SLIDER_STEPS}
          data-testid="load-slider"
          aria-valuetext={`${wanted.value} ${t(BALANCE_TEXT.perSecond)}`}
          value={Math.round(sliderOfLoad(wanted.value) * SLIDER_STEPS)}
          onInput={(event) =>
            wanted.value = loadOfSlider(Number(event.currentTarget.value) / SLIDER_STEPS)}
        />
      </label>
      <input
        type="number"
        min={1}
        max={LOAD_MAX}
        aria-label={t(BALANCE_TEXT.perSecond)}
        data-testid="load-number"
        value={wanted.value}
        onInput={(event) => {
          const value = Math.round(Number(event.currentTarget.value));
          if (value >= 1 && value <= LOAD_MAX) wanted.value = value;
        }}
      />
      <span>{t(BALANCE_TEXT.perSecond)}</span>
      <label>
        {t(BALANCE_TEXT.to)}{" "}
        <select
          value={onlyService.value}
          onChange={(event) => onlyService.value = event.currentTarget.value}
        >
          <option value="">{t(BALANCE_TEXT.everyService)}</option>
          {services.filter(({ key }) => key.kind === "ADDRESS").map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary" data-testid="load-send">{t(BALANCE_TEXT.apply)}</button>
      <button type="button" disabled={load === 0} onClick={() => send(0)}>
        {t(BALANCE_TEXT.stop)}
      </button>
      <span class="soft">{t(BALANCE_TEXT.now, { count: load })}</span>
    </form>
  );
}

/** Whether the traffic is computed up to the moment: what is not known is not shown as nothing. */
const isCounted = computed(() => !hasLoad.value || trafficUntilUs.value >= playheadSlow.value);
const NOT_YET = "…";

function ServiceCard({ state }: { state: ServiceState }): JSX.Element {
  const { service, director, scheduler, rows, unservedPerSecond } = state;
  const most = Math.max(1, ...rows.map(({ open }) => open));
  const isModelled = ["rr", "wrr", "lc", "wlc"].includes(scheduler);
  return (
    <section class="service card" aria-label={service.name} data-testid="service">
      <h3>{service.name}</h3>
      <p>
        {t(BALANCE_TEXT.scheduler)} <b>{scheduler}</b> · {service.method} ·{" "}
        {t(BALANCE_TEXT.director)} <b>{director ?? t(BALANCE_TEXT.nobody)}</b>
      </p>
      {!isModelled && <p class="warn-text">{t(BALANCE_TEXT.notModelled, { scheduler })}</p>}
      <Quorum state={state} />
      {state.sorryIn && <p class="bad-text">{t(BALANCE_TEXT.sorryIn)}</p>}
      <div class="table-box" tabIndex={0} role="group" aria-label={service.name}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t(BALANCE_TEXT.server)}</th>
              <th scope="col">{t(BALANCE_TEXT.weight)}</th>
              <th scope="col">{t(BALANCE_TEXT.open)}</th>
              <th scope="col">{t(BALANCE_TEXT.rate)}</th>
              <th scope="col">{t(BALANCE_TEXT.share)}</th>
              <th scope="col">{t(BALANCE_TEXT.failed)}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => <ServerLine key={row.server} row={row} most={most} />)}
          </tbody>
        </table>
      </div>
      {isCounted.value && unservedPerSecond > 0 && (
        <p class="bad-text" data-testid="unserved">
          {unservedPerSecond}/s {t(BALANCE_TEXT.unserved)}
        </p>
      )}
    </section>
  );
}

const percent = (part: number) => `${(part * 100).toFixed(0)} %`;

function ServerLine({ row, most }: { row: ServerRow; most: number }): JSX.Element {
  const { server, weight, weightConfigured, open, perSecond, failedPerSecond } = row;
  const isOut = weight === null;
  const isKnown = isCounted.value;
  const counted = (figure: number | string) => isKnown ? figure : NOT_YET;
  return (
    <tr data-out={isOut}>
      <th scope="row" class="mono">{server}</th>
      <td>
        {isOut ? <span class="soft">{t(BALANCE_TEXT.out)}</span> : weight}
        {weight === 0 && <span class="warn-text">{t(BALANCE_TEXT.draining)}</span>}
        {!isOut && weight !== weightConfigured && !row.isSorry && (
          <span class="soft">({weightConfigured})</span>
        )}
      </td>
      <td>
        <div class="open-bar">
          <div style={{ width: `${isKnown ? open / most * 100 : 0}%` }} />
          <span>{counted(open)}</span>
        </div>
      </td>
      <td class="number">{counted(perSecond)}</td>
      <td class="number">
        {counted(percent(row.share))} / {percent(row.shareByWeight)}
      </td>
      <td class={isKnown && failedPerSecond > 0 ? "number bad-text" : "number"}>
        {counted(failedPerSecond)}
      </td>
    </tr>
  );
}

function Quorum({ state }: { state: ServiceState }): JSX.Element {
  const { service: { quorum, hysteresis, servers }, aliveWeight, hasQuorum } = state;
  const all = Math.max(1, quorum, servers.reduce((sum, { weight }) => sum + weight, 0));
  const text = t(BALANCE_TEXT.quorumText, { alive: aliveWeight, quorum, hysteresis });
  return (
    <div class="quorum">
      <span>{t(BALANCE_TEXT.quorum)}</span>
      <div class="quorum-bar" role="img" aria-label={text} data-good={hasQuorum}>
        <div class="alive" style={{ width: `${Math.min(1, aliveWeight / all) * 100}%` }} />
        <div class="needed" style={{ left: `${quorum / all * 100}%` }} />
      </div>
      <span class="soft">{text}</span>
    </div>
  );
}
