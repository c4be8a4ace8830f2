// The page begins here: theme, language, keys, what is opened first, and the frame.

import { render } from "preact";
import { App } from "./app/app.tsx";
import { followTraffic } from "./balance/traffic.ts";
import { openDoor } from "./app/door.ts";
import { listenToKeys } from "./app/keys.ts";
import { openFirst } from "./app/open_first.ts";
import { startClock } from "./app/playback.ts";
import { keepSettings } from "./app/settings.ts";
import { keepOffline } from "./offline/register.ts";
import "./style/base.css";
import { followSystemTheme } from "./style/palette.ts";

followSystemTheme();
keepSettings();
listenToKeys();
startClock();
followTraffic();
render(<App />, document.getElementById("app")!);
openDoor();
void openFirst();
void keepOffline();
