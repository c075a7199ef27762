// What this phone says about itself when it is bound, so that its owner finds it again in a list.

import { APP_VERSION } from "./version.js";

const SYSTEMS = [
  [/android/i, "Android"],
  [/iphone|ipad|ipod/i, "iOS"],
  [/windows/i, "Windows"],
  [/mac os/i, "macOS"],
  [/linux|x11/i, "Linux"],
];

/** Return {name, platform, model, app_version} under the name that the person gave. */
export async function describeDevice(name) {
  return { name, platform: platform(), model: await model(), app_version: APP_VERSION };
}

/** Return a name to begin with: the model where the browser tells it, else the system. */
export async function suggestedName() {
  return (await model()).slice(0, 40);
}

function platform() {
  return SYSTEMS.find(([sign]) => sign.test(navigator.userAgent))?.[1] ?? "web";
}

async function model() {
  const told = await navigator.userAgentData?.getHighEntropyValues?.(["model"]);
  if (told?.model) return told.model;
  if (/iphone/i.test(navigator.userAgent)) return "iPhone";
  return `${platform()} ${browser()}`.trim();
}

function browser() {
  return (
    [/(Firefox)\//, /(Edg)e?\//, /(Chrome)\//, /(Safari)\//]
      .map((sign) => sign.exec(navigator.userAgent)?.[1])
      .find(Boolean) ?? ""
  );
}
