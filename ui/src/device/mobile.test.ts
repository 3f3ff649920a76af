import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, test, vi } from "vitest";
import { beMobile, device } from "./device";

/** The plugins of a telephone, as they answer; what each was asked. */
function telephone(answers: Record<string, (input: Record<string, unknown>) => unknown>) {
  const asked: [string, unknown][] = [];
  mockIPC((name, input) => {
    asked.push([name, input]);
    const answer = answers[name];
    if (!answer) throw new Error(`${name} is not there`);
    return answer(input as Record<string, unknown>);
  });
  beMobile(true);
  return asked;
}

const coords = { latitude: 40.1, longitude: 22.5, accuracy: 12 };

afterEach(() => {
  beMobile(false);
  clearMocks();
  vi.useRealTimers();
});

test("a desktop scans by no camera that is pointed, a telephone does", () => {
  expect(device().scan).toBeUndefined();
  telephone({});
  expect(device().scan).toBeDefined();
});

test("a telephone asks once whether it may know where it is", async () => {
  const asked = telephone({
    "plugin:geolocation|check_permissions": () => ({ location: "prompt", coarseLocation: "prompt" }),
    "plugin:geolocation|request_permissions": () => ({ location: "granted", coarseLocation: "granted" }),
    "plugin:geolocation|get_current_position": () => ({ timestamp: 1, coords }),
  });
  await expect(device().position()).resolves.toEqual({ lat: 40.1, lon: 22.5, accuracy_m: 12 });
  expect(asked[1]).toEqual(["plugin:geolocation|request_permissions", { permissions: ["location"] }]);
  expect(asked[2]).toEqual(["plugin:geolocation|get_current_position", { options: { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 } }]);
});

test("why there is no position: not allowed, too slow, no receiver", async () => {
  const granted = { "plugin:geolocation|check_permissions": () => ({ location: "granted" }) };
  telephone({ "plugin:geolocation|check_permissions": () => ({ location: "denied" }) });
  await expect(device().position()).rejects.toMatchObject({ fault: "denied" });
  telephone({ ...granted, "plugin:geolocation|get_current_position": () => Promise.reject("Location request timed out: timeout") });
  await expect(device().position()).rejects.toMatchObject({ fault: "slow" });
  telephone({ ...granted, "plugin:geolocation|get_current_position": () => Promise.reject("Location disabled.") });
  await expect(device().position()).rejects.toMatchObject({ fault: "none" });
});

test("a receiver that never answers is given up", async () => {
  vi.useFakeTimers();
  telephone({
    "plugin:geolocation|check_permissions": () => ({ location: "granted" }),
    "plugin:geolocation|get_current_position": () => new Promise(() => {}),
  });
  const found = expect(device().position()).rejects.toMatchObject({ fault: "slow" });
  await vi.advanceTimersByTimeAsync(22_000);
  await found;
});

test("a code is read, given up, or the camera is not allowed", async () => {
  const granted = { "plugin:barcode-scanner|check_permissions": () => ({ camera: "granted" }) };
  const asked = telephone({ ...granted, "plugin:barcode-scanner|scan": () => ({ content: "https://dion.example/t/123456789012", format: "QR_CODE" }) });
  await expect(device().scan?.()).resolves.toBe("https://dion.example/t/123456789012");
  expect(asked[1]).toEqual(["plugin:barcode-scanner|scan", { formats: ["QR_CODE"], windowed: false, cameraDirection: "back" }]);
  telephone({ ...granted, "plugin:barcode-scanner|scan": () => Promise.reject("scan cancelled") });
  await expect(device().scan?.()).resolves.toBeNull();
  telephone({ ...granted, "plugin:barcode-scanner|scan": () => Promise.reject("camera is broken") });
  await expect(device().scan?.()).rejects.toMatchObject({ fault: "none" });
  telephone({ "plugin:barcode-scanner|check_permissions": () => ({ camera: "denied" }) });
  await expect(device().scan?.()).rejects.toMatchObject({ fault: "denied" });
});
