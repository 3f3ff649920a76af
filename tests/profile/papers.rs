//! What is handed to Windows and to Android: whether it can be read, and says what it should.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::root::PROFILE;

fn text(path: &str) -> String {
    let path = Path::new(PROFILE).join(path);
    fs::read_to_string(&path).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()))
}

/// What xmllint finds in a file at a path; fails when the file is not well-formed.
fn find(file: &str, xpath: &str) -> String {
    let output = Command::new("xmllint")
        .args(["--xpath", &format!("string({xpath})")])
        .arg(Path::new(PROFILE).join(file))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{file}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn windows_begins_koina_as_the_shell_and_begins_it_again() {
    let file = "windows/shell-launcher.xml";
    let shell = "//*[local-name()='Profile'][@Id and @Name]/*[local-name()='Shell']";
    let namespace = |of: &str| find(file, &format!("namespace-uri({of})"));
    assert_eq!(
        namespace("/*"),
        "http://schemas.microsoft.com/ShellLauncher/2018/Configuration"
    );
    assert_eq!(
        namespace(&format!("{shell}/@*[local-name()='AppType']")),
        "http://schemas.microsoft.com/ShellLauncher/2019/Configuration"
    );
    assert_eq!(
        find(file, &format!("{shell}/@Shell")),
        r"%ProgramFiles%\Koina\koina.exe"
    );
    assert_eq!(
        find(file, &format!("{shell}/@*[local-name()='AppType']")),
        "Desktop"
    );
    assert_eq!(
        find(
            file,
            &format!("{shell}/*[local-name()='DefaultAction']/@Action")
        ),
        "RestartShell"
    );
    assert_eq!(
        find(file, "count(//*[local-name()='AutoLogonAccount'])"),
        "1"
    );
    let id = find(file, "//*[local-name()='Profile'][@Name]/@Id");
    assert_eq!(
        find(
            file,
            "//*[local-name()='Config']/*[local-name()='Profile']/@Id"
        ),
        id
    );
}

#[test]
fn windows_without_a_shell_launcher_may_run_koina_and_its_web_view_only() {
    let file = "windows/assigned-access.xml";
    assert_eq!(
        find(file, "namespace-uri(/*)"),
        "http://schemas.microsoft.com/AssignedAccess/2017/config"
    );
    let apps = "//*[local-name()='AllowedApps']/*[local-name()='App']";
    assert_eq!(find(file, &format!("count({apps})")), "2");
    assert_eq!(
        find(
            file,
            &format!("{apps}[@*[local-name()='AutoLaunch']='true']/@DesktopAppPath")
        ),
        r"%ProgramFiles%\Koina\koina.exe"
    );
    assert!(find(file, &format!("{apps}[2]/@DesktopAppPath")).ends_with(r"\msedgewebview2.exe"));
    assert_eq!(
        find(file, "//*[local-name()='Taskbar']/@ShowTaskbar"),
        "false"
    );
    assert_eq!(
        find(file, "//*[local-name()='DefaultProfile']/@Id"),
        find(file, "//*[local-name()='Profile']/@Id")
    );
}

/// The values of a registry file, as `KEY\name`. Every line must be one that `reg import` knows.
fn registry(file: &str) -> Vec<(String, String)> {
    let text = text(file);
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("Windows Registry Editor Version 5.00"),
        "{file}"
    );
    let mut key = String::new();
    let mut found = Vec::new();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with(';')) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            assert!(
                name.starts_with(r"HKEY_LOCAL_MACHINE\")
                    || name.starts_with(r"HKEY_USERS\KoinaKiosk\"),
                "{file}: {line}"
            );
            name.clone_into(&mut key);
            continue;
        }
        let (name, value) = line
            .split_once("\"=")
            .unwrap_or_else(|| panic!("{file}: {line}"));
        let known = value
            .strip_prefix("dword:")
            .is_some_and(|hex| hex.len() == 8 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            || (value.starts_with('"') && value.ends_with('"'))
            || value.starts_with("hex(7):");
        assert!(known && !key.is_empty(), "{file}: {line}");
        let short = key.rsplit('\\').next().unwrap();
        found.push((
            format!(r"{short}\{}", name.trim_start_matches('"')),
            value.to_owned(),
        ));
    }
    found
}

#[test]
fn windows_is_told_to_keep_storage_keys_and_memory_dumps_away() {
    let machine = registry("windows/machine.reg");
    let account = registry("windows/account.reg");
    for (all, name, value) in [
        (&machine, r"USBSTOR\Start", "dword:00000004"),
        (
            &machine,
            r"RemovableStorageDevices\Deny_All",
            "dword:00000001",
        ),
        (&machine, r"Restrictions\DenyUnspecified", "dword:00000001"),
        (&machine, r"CrashControl\CrashDumpEnabled", "dword:00000000"),
        (
            &machine,
            r"Windows Error Reporting\Disabled",
            "dword:00000001",
        ),
        (&machine, r"Power\HibernateEnabled", "dword:00000000"),
        (&machine, r"Memory Management\PagingFiles", "hex(7):00,00"),
        (&machine, r"EdgeUI\AllowEdgeSwipe", "dword:00000000"),
        (&account, r"System\DisableTaskMgr", "dword:00000001"),
        (&account, r"Explorer\NoWinKeys", "dword:00000001"),
        (&account, r"StickyKeys\Flags", "\"506\""),
    ] {
        let found = all.iter().find(|(at, _)| at == name);
        assert_eq!(
            found.map(|(_, value)| value.as_str()),
            Some(value),
            "{name}"
        );
    }
}

#[test]
fn android_is_told_to_show_koina_and_nothing_else() {
    let policy: Value = serde_json::from_str(&text("android/policy.json")).unwrap();
    let app: Value = serde_json::from_str(
        &fs::read_to_string(Path::new(PROFILE).join("../tauri.conf.json")).unwrap(),
    )
    .unwrap();
    let apps = policy["applications"].as_array().unwrap();
    assert_eq!(apps.len(), 1);
    assert_eq!(apps[0]["packageName"], app["identifier"]);
    assert_eq!(apps[0]["installType"], "KIOSK");
    for (at, value) in [
        (
            "/kioskCustomization/systemNavigation",
            "NAVIGATION_DISABLED",
        ),
        (
            "/kioskCustomization/powerButtonActions",
            "POWER_BUTTON_BLOCKED",
        ),
        (
            "/kioskCustomization/deviceSettings",
            "SETTINGS_ACCESS_BLOCKED",
        ),
        (
            "/deviceConnectivityManagement/usbDataAccess",
            "DISALLOW_USB_DATA_TRANSFER",
        ),
        (
            "/advancedSecurityOverrides/developerSettings",
            "DEVELOPER_SETTINGS_DISABLED",
        ),
        ("/encryptionPolicy", "ENABLED_WITHOUT_PASSWORD"),
    ] {
        assert_eq!(
            policy.pointer(at).and_then(Value::as_str),
            Some(value),
            "{at}"
        );
    }
    for on in [
        "factoryResetDisabled",
        "screenCaptureDisabled",
        "mountPhysicalMediaDisabled",
        "addUserDisabled",
        "createWindowsDisabled",
    ] {
        assert_eq!(policy[on], true, "{on}");
    }
}
