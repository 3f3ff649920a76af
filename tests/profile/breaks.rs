//! For each check of verify, how to break what it looks at and nothing else.

use crate::root::Root;

const UNIT: &str = "etc/systemd/system/koina-kiosk.service";
const CONF: &str = "etc/koina/kiosk.conf";
const GRUB: &str = "etc/default/grub.d/koina-kiosk.cfg";

/// Links that install makes, by the name of the check.
const LINKS: [(&str, &str); 7] = [
    (
        "starts-by-itself",
        "graphical.target.wants/koina-kiosk.service",
    ),
    ("starts-graphical", "default.target"),
    ("starts-alone", "display-manager.service"),
    ("firewall-starts", "sysinit.target.wants/nftables.service"),
    ("mounts-tmp", "local-fs.target.wants/tmp.mount"),
    ("mounts-var-tmp", "local-fs.target.wants/var-tmp.mount"),
    ("mounts-spool", "local-fs.target.wants/var-spool-cups.mount"),
];

/// Breaks what the check of this name looks at. `false` when nobody has said how.
pub(crate) fn one(root: &Root, name: &str) -> bool {
    if let Some((_, link)) = LINKS.iter().find(|(check, _)| *check == name) {
        root.remove(&format!("etc/systemd/system/{link}"));
        root.link(
            &format!("etc/systemd/system/{link}"),
            "/usr/lib/systemd/system/gdm.service",
        );
        return true;
    }
    alone(root, name) || family(root, name)
}

/// Checks that look at one thing.
fn alone(root: &Root, name: &str) -> bool {
    match name {
        "unit-nothing-else" => root.change(
            UNIT,
            "User=",
            Some("User=koina-kiosk\nExecStartPre=/bin/true"),
        ),
        "conf" => root.add(CONF, "SERVER_ADRESSES=192.0.2.9\n"),
        "lines-firewall" => root.change("etc/nftables.conf", "ip daddr 192.0.2.10", Some("accept")),
        "lines-usb" => root.change(
            "etc/udev/rules.d/10-koina-usb.rules",
            "ATTR{authorized}=\"0\"",
            None,
        ),
        "lines-unit" => root.add(&format!("{UNIT}.d/10-lines.conf"), "IPAddressAllow=any\n"),
        "lines-time" => root.change(
            "etc/systemd/timesyncd.conf.d/zz-koina-kiosk.conf",
            "NTP=",
            Some("NTP=198.51.100.1"),
        ),
        "lines-hosts" => root.change("etc/hosts", "2001:db8::10", None),
        "lines-unit-only" => root.write(
            &format!("{UNIT}.d/20-more.conf"),
            "[Service]\nNoNewPrivileges=no\n",
        ),
        "user" => root.change("etc/passwd", "koina-kiosk:", None),
        "user-shell" => account(root, 6, "/bin/bash"),
        "user-number" => account(root, 2, "0"),
        "user-password" => root.change(
            "etc/shadow",
            "koina-kiosk:",
            Some("koina-kiosk::20000::::::"),
        ),
        "user-groups" => root.add("etc/group", "sudo:x:27:koina-kiosk\n"),
        "passwords" => root.add("etc/shadow", "guest::20000::::::\n"),
        "mount-tmp" => root.change(
            "etc/systemd/system/tmp.mount",
            "Options=",
            Some("Options=mode=1777,nosuid"),
        ),
        "mount-var-tmp" => root.change(
            "etc/systemd/system/var-tmp.mount",
            "Type=",
            Some("Type=ext4"),
        ),
        "mount-var-spool-cups" => root.change(
            "etc/systemd/system/var-spool-cups.mount",
            "Where=",
            Some("Where=/var/spool"),
        ),
        "fstab-swap" => root.add("etc/fstab", "/dev/sda3 none swap sw 0 0\n"),
        "fstab-memory" => root.add("etc/fstab", "/dev/sda4 /var/tmp ext4 rw 0 0\n"),
        "traces-journal" => root.write("var/log/journal/1/system.journal", ""),
        "traces-syslog" => root.program("usr/sbin/rsyslogd", "exit 0"),
        "traces-cores" => root.write("var/lib/systemd/coredump/core.koina.zst", ""),
        "print-PreserveJobFiles" => root.change("etc/cups/cupsd.conf", "PreserveJobFiles", None),
        "print-PreserveJobHistory" => root.add("etc/cups/cupsd.conf", "preservejobhistory yes\n"),
        "others-write" => root.allow("etc/nftables.conf", 0o666),
        "now-unit" => root.program("asked/systemctl", "exit 3"),
        "now-firewall" => root.program("asked/nft", "echo 'No such file or directory' >&2; exit 1"),
        "now-swap" => root.add("proc/swaps", "/dev/sda3 partition 1 0 -2\n"),
        "now-memory-/tmp" => root.change("proc/mounts", "tmpfs /tmp", None),
        "now-memory-/var/tmp" => root.change(
            "proc/mounts",
            "tmpfs /var/tmp",
            Some("/dev/sda1 /var/tmp ext4 rw 0 0"),
        ),
        "now-disk" => root.write("sys/block/dm-0/dm/uuid", "LVM-2"),
        "now-state" => root.allow("var/lib/koina-kiosk", 0o750),
        "now-usb" => root.write("sys/bus/usb/devices/1-1.2/authorized", "1"),
        _ => return false,
    }
    // A stick that was let in has all that a device has.
    if name == "now-usb" {
        root.write("sys/bus/usb/devices/1-1.2/idProduct", "5581");
        root.write("sys/bus/usb/devices/1-1.2/bDeviceClass", "00");
    }
    true
}

/// A field of the kiosk's line in the list of users.
fn account(root: &Root, field: usize, value: &str) {
    let users = root.read("etc/passwd");
    let line = users
        .lines()
        .find(|line| line.starts_with("koina-kiosk:"))
        .unwrap();
    let mut fields: Vec<&str> = line.split(':').collect();
    fields[field] = value;
    root.change("etc/passwd", "koina-kiosk:", Some(&fields.join(":")));
}

/// Checks that come in lists: one line of one file each.
fn family(root: &Root, name: &str) -> bool {
    let (kind, key) = name.split_once('-').unwrap_or((name, ""));
    match kind {
        "program" => {
            let found = ["usr/bin", "usr/sbin"].map(|folder| format!("{folder}/{key}"));
            let path = found.iter().find(|path| root.path().join(path).exists());
            root.remove(path.unwrap());
        }
        "unit" => match key.strip_prefix("environment-") {
            Some(variable) => root.change(
                UNIT,
                &format!("Environment={variable}="),
                Some(&format!("Environment={variable}=else")),
            ),
            None => root.change(UNIT, &format!("{key}="), None),
        },
        "user" => root.change(
            "etc/group",
            &format!("{}:", key.strip_prefix("group-").unwrap_or(key)),
            None,
        ),
        "masked" => root.remove(&format!("etc/systemd/system/{key}")),
        "sysctl" => root.change(
            "etc/sysctl.d/zz-koina-kiosk.conf",
            &format!("{key} ="),
            None,
        ),
        "journald" | "coredump" | "logind" | "system" => {
            let ours = root.read(&format!("etc/systemd/{kind}.conf.d/zz-koina-kiosk.conf"));
            let section = ours.lines().find(|line| line.starts_with('[')).unwrap();
            root.write(
                &format!("run/systemd/{kind}.conf.d/zzz.conf"),
                &format!("{section}\n{key}=else\n"),
            );
        }
        "driver" => root.change(
            "etc/modprobe.d/koina-kiosk.conf",
            &format!("install {key} "),
            None,
        ),
        "boot" if key.starts_with("GRUB") => {
            root.change(GRUB, &format!("{key}="), Some(&format!("{key}=else")))
        }
        "boot" => without(root, GRUB, key),
        "now" => match key.split_once('-') {
            Some(("boot", word)) => without(root, "proc/cmdline", word),
            Some(("sysctl", setting)) => {
                root.write(&format!("proc/sys/{}", setting.replace('.', "/")), "7\n")
            }
            _ => return false,
        },
        _ => return false,
    }
    true
}

/// Takes a word of the kernel's away, with its value.
fn without(root: &Root, path: &str, word: &str) {
    let text = root.read(path);
    let stays = |one: &&str| {
        let bare = one
            .trim_matches('"')
            .trim_start_matches("GRUB_CMDLINE_LINUX_DEFAULT=\"");
        bare.split('=').next() != Some(word)
    };
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            if line.starts_with('#') || !line.contains(word) {
                return line.to_owned();
            }
            let kept: Vec<&str> = line.split(' ').filter(stays).collect();
            let kept = kept.join(" ");
            // The first and the last word carry the quotation marks.
            match (line.contains('"'), kept.matches('"').count()) {
                (true, 1) if kept.ends_with('"') => format!("GRUB_CMDLINE_LINUX_DEFAULT=\"{kept}"),
                (true, 1) => format!("{kept}\""),
                _ => kept,
            }
        })
        .collect();
    let after = lines.join("\n") + "\n";
    assert_ne!(after, text, "{path} has no word {word}");
    root.write(path, &after);
}

/// Ways round a check that it must not fall for: what is done, and the check that complains.
#[allow(clippy::type_complexity, reason = "a table of what is done")]
pub(crate) const ROUNDABOUT: &[(&str, fn(&Root))] = &[
    ("unit-NoNewPrivileges", |root| {
        root.change(
            UNIT,
            "ProtectHome=",
            Some("ProtectHome=yes\nNoNewPrivileges = no"),
        )
    }),
    ("unit-SystemCallFilter", |root| {
        root.change(
            UNIT,
            "SystemCallErrorNumber=",
            Some("SystemCallErrorNumber=EPERM\nSystemCallFilter=ptrace"),
        )
    }),
    ("unit-nothing-else", |root| {
        root.change(
            UNIT,
            "User=",
            Some("User=koina-kiosk\nEnvironment=LD_PRELOAD=/var/lib/koina-kiosk/x.so"),
        )
    }),
    ("unit-ExecStart", |root| {
        root.change(
            UNIT,
            "ExecStart=",
            Some("ExecStart=/usr/bin/cage -s -- /usr/bin/koina --data ${STATE_DIRECTORY} $ENROL"),
        )
    }),
    ("lines-unit-only", |root| {
        root.write(
            "run/systemd/system/service.d/all.conf",
            "[Service]\nNoNewPrivileges=no\n",
        )
    }),
    ("lines-firewall", |root| {
        root.change(
            "etc/nftables.conf",
            "type filter hook output",
            Some("type filter hook output priority filter; policy accept;"),
        )
    }),
    ("lines-firewall", |root| {
        root.add(
            "etc/nftables.conf",
            "add rule inet koina_kiosk output accept\n",
        )
    }),
    ("lines-firewall", |root| root.remove("etc/nftables.conf")),
    ("lines-firewall", |root| {
        root.change(CONF, "PRINTER_PORT=", Some("PRINTER_PORT=515"))
    }),
    ("lines-usb", |root| {
        root.add(
            "etc/udev/rules.d/10-koina-usb.rules",
            "ATTR{authorized}=\"1\"\n",
        )
    }),
    ("sysctl-kernel.sysrq", |root| {
        root.write("etc/sysctl.d/zzz.conf", "kernel/sysrq=1\n")
    }),
    ("sysctl-kernel.core_pattern", |root| {
        root.write("etc/sysctl.conf", "kernel.core_pattern = core\n")
    }),
    ("journald-Storage", |root| {
        root.write(
            "usr/lib/systemd/journald.conf.d/zzz.conf",
            "[Journal]\nStorage = persistent\n",
        )
    }),
    ("logind-NAutoVTs", |root| {
        root.add(
            "etc/systemd/logind.conf.d/zz-koina-kiosk.conf",
            "[Other]\nNAutoVTs=0\n[Login]\nNAutoVTs=6\n",
        )
    }),
    ("coredump-Storage", |root| {
        // A file of the same name in a folder that counts less is hidden and changes nothing; one that comes later does not.
        root.write(
            "run/systemd/coredump.conf.d/zz-koina-kiosk.conf",
            "[Coredump]\nStorage=external\n",
        );
        root.write(
            "run/systemd/coredump.conf.d/zz-later.conf",
            "[Coredump]\nStorage=external\n",
        );
    }),
    ("masked-getty@.service", |root| {
        root.remove("etc/systemd/system/getty@.service");
        root.write(
            "etc/systemd/system/getty@.service",
            "[Service]\nExecStart=/sbin/agetty %I\n",
        );
    }),
    ("starts-alone", |root| {
        root.remove("etc/systemd/system/display-manager.service")
    }),
    ("user-password", |root| {
        root.change(
            "etc/shadow",
            "koina-kiosk:",
            Some("koina-kiosk:$y$j9T$abc:20000::::::"),
        )
    }),
    ("driver-usb-storage", |root| {
        root.change(
            "etc/modprobe.d/koina-kiosk.conf",
            "install usb-storage",
            Some("# install usb-storage /bin/false"),
        )
    }),
    ("others-write", |root| root.allow("usr/bin/koina", 0o775)),
    ("conf", |root| {
        root.add(CONF, "NTP_ADDRESSES=time.example.gr\n")
    }),
    ("now-usb", |root| {
        root.write("sys/bus/usb/devices/usb1/authorized_default", "1")
    }),
    ("now-disk", |root| {
        root.change("proc/mounts", "/dev/mapper/vg-koina", None)
    }),
    ("now-sysctl-kernel.core_pattern", |root| {
        root.write("proc/sys/kernel/core_pattern", "core\n")
    }),
];
