/** Android and iOS, by Tauri's plugins: `geolocation` and `barcode-scanner`. Not run on a telephone yet. */
import { checkPermissions, invoke, type PermissionState } from "@tauri-apps/api/core";
import { AGE_MS, fixOf, NoPosition, NoScan, PATIENCE_MS, type Device, type Fix } from "./device";

/** Asks for a permission where nobody has said yes or no yet. */
async function allowed(plugin: string, permission: string): Promise<boolean> {
  const held = await checkPermissions<Record<string, PermissionState>>(plugin);
  if (held[permission] === "granted") return true;
  if (held[permission] === "denied") return false;
  const said = await invoke<Record<string, PermissionState>>(`plugin:${plugin}|request_permissions`, { permissions: [permission] });
  return said[permission] === "granted";
}

async function position(): Promise<Fix> {
  let late: ReturnType<typeof setTimeout> | undefined;
  try {
    if (!(await allowed("geolocation", "location"))) throw new NoPosition("denied");
    const options = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: AGE_MS };
    const found = invoke<{ coords: { latitude: number; longitude: number; accuracy: number } }>("plugin:geolocation|get_current_position", { options });
    // The receiver keeps the time by itself; this is for one that forgets it.
    const slow = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new NoPosition("slow")), PATIENCE_MS + 1_000);
    });
    return fixOf((await Promise.race([found, slow])).coords);
  } catch (failure) {
    if (failure instanceof NoPosition) throw failure;
    console.error("Finding the position", failure);
    throw new NoPosition(/time(d )?-?out/i.test(String(failure)) ? "slow" : "none");
  } finally {
    clearTimeout(late);
  }
}

async function scan(): Promise<string | null> {
  try {
    if (!(await allowed("barcode-scanner", "camera"))) throw new NoScan("denied");
    const { content } = await invoke<{ content: string }>("plugin:barcode-scanner|scan", { formats: ["QR_CODE"], windowed: false, cameraDirection: "back" });
    return content;
  } catch (failure) {
    if (failure instanceof NoScan) throw failure;
    // Whoever goes back to the form gave up.
    if (/cancel/i.test(String(failure))) return null;
    console.error("Scanning", failure);
    throw new NoScan("none");
  }
}

export const mobile: Device = { position, scan };
