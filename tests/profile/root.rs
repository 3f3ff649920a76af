//! The root of a kiosk in a folder: what packages bring, what `install` lays down, and what a running machine would show.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Where the profile is.
pub(crate) const PROFILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../kiosk-profile");

/// What a kiosk of a town hall would be told.
pub(crate) const CONF: &str = r#"
SERVER_ADDRESSES="192.0.2.10 2001:db8::10"
SERVER_PORT=8443
SERVER_NAME=koina.example.gr
PRINTER_ADDRESSES=192.0.2.20
PRINTER_PORT=9100
DNS_ADDRESSES=192.0.2.53
NTP_ADDRESSES=192.0.2.1
MIRROR_ADDRESSES=192.0.2.80
DHCP=yes
MAINTENANCE_ADDRESSES=192.0.2.30
USB_ALLOW="0eef:c000 05e0:1200"
TURN=270
PRINTER=tcp://192.0.2.20:9100?dots=384&text=cp737&page=64
"#;

/// The kernel's settings on a machine that runs, from the file that install lays down.
const SYSCTL: &str = "etc/sysctl.d/zz-koina-kiosk.conf";

/// A root in a folder of its own, gone with it.
pub(crate) struct Root(TempDir);

impl Root {
    /// Only what packages bring.
    pub(crate) fn bare() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        for program in [
            "usr/bin/koina",
            "usr/bin/cage",
            "usr/bin/Xwayland",
            "usr/sbin/seatd",
            "usr/sbin/nft",
        ] {
            root.program(program, "exit 0");
        }
        root.write(
            "etc/cups/cupsd.conf",
            "Listen 631\nPreserveJobHistory Yes\n",
        );
        root.write("etc/hosts", "127.0.0.1 localhost\n");
        root.write("etc/fstab", "/dev/mapper/root / ext4 ro 0 1\n");
        root
    }

    /// With everything that install lays down.
    pub(crate) fn installed() -> Self {
        static ONCE: OnceLock<Root> = OnceLock::new();
        ONCE.get_or_init(|| {
            let root = Self::bare();
            let said = root.install(CONF);
            assert!(said.status.success(), "{}", heard(&said));
            root
        })
        .copy()
    }

    /// The same, as if it were running.
    pub(crate) fn running() -> Self {
        static ONCE: OnceLock<Root> = OnceLock::new();
        ONCE.get_or_init(|| {
            let root = Self::installed();
            root.run();
            root
        })
        .copy()
    }

    fn copy(&self) -> Self {
        let copy = tempfile::tempdir().unwrap();
        let mut command = Command::new("cp");
        command.arg("-a").arg(self.path().join("."));
        assert!(command.arg(copy.path()).status().unwrap().success());
        Self(copy)
    }

    /// What /proc and /sys would show, and the answers of two programs that are asked.
    fn run(&self) {
        self.write(
            "proc/swaps",
            "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n",
        );
        self.write(
            "proc/mounts",
            "/dev/mapper/root / ext4 ro 0 0\ntmpfs /tmp tmpfs rw 0 0\ntmpfs /var/tmp tmpfs rw 0 0\n/dev/mapper/vg-koina /var/lib/koina-kiosk ext4 rw 0 0\n",
        );
        self.write(
            "proc/cmdline",
            "BOOT_IMAGE=/vmlinuz ro quiet loglevel=0 vt.global_cursor_default=0 panic=10 init_on_alloc=1 init_on_free=1\n",
        );
        for line in self.read(SYSCTL).lines() {
            if let Some((name, value)) = line.split_once(" = ") {
                let path = format!("proc/sys/{}", name.replace('.', "/"));
                self.write(&path, &format!("{value}\n"));
            }
        }
        // The records lie on a volume (dm-1) of an encrypted partition (dm-0).
        for (block, name, uuid) in [
            ("dm-0", "crypt", "CRYPT-LUKS2-1"),
            ("dm-1", "vg-koina", "LVM-1"),
        ] {
            self.write(&format!("sys/block/{block}/dm/name"), name);
            self.write(&format!("sys/block/{block}/dm/uuid"), uuid);
        }
        fs::create_dir_all(self.path().join("sys/block/dm-1/slaves/dm-0")).unwrap();
        for (device, vendor, product, class) in [
            ("usb1", "1d6b", "0002", "09"),
            ("1-1", "0bda", "5411", "09"),
            ("1-1.1", "0eef", "c000", "00"),
        ] {
            let at = format!("sys/bus/usb/devices/{device}");
            self.write(&format!("{at}/idVendor"), vendor);
            self.write(&format!("{at}/idProduct"), product);
            self.write(&format!("{at}/bDeviceClass"), class);
            self.write(&format!("{at}/authorized"), "1");
            self.write(&format!("{at}/authorized_default"), "0");
        }
        // A stick that was not let in.
        self.write("sys/bus/usb/devices/1-1.2/idVendor", "0781");
        self.write("sys/bus/usb/devices/1-1.2/authorized", "0");
        self.write("var/lib/koina-kiosk/replica.sqlite", "");
        self.allow("var/lib/koina-kiosk", 0o700);
        self.program("asked/systemctl", "exit 0");
        self.write("asked/loaded", &self.read("etc/nftables.conf"));
        self.program("asked/nft", "cat \"${0%/nft}/loaded\"");
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path().join(path);
        fs::read_to_string(&path).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn add(&self, path: &str, text: &str) {
        let before = self.read(path);
        self.write(path, &(before + text));
    }

    /// Changes every line of a file that begins so; `None` takes it away. There must be one.
    pub(crate) fn change(&self, path: &str, begins: &str, to: Option<&str>) {
        let before = self.read(path);
        let mut found = false;
        let lines = before.lines().filter_map(|line| {
            if line.trim_start().starts_with(begins) {
                found = true;
                to
            } else {
                Some(line)
            }
        });
        let after: Vec<&str> = lines.collect();
        let after = after.join("\n") + "\n";
        assert!(found, "{path} has no line that begins with {begins}");
        self.write(path, &after);
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path().join(path)).unwrap();
    }

    pub(crate) fn link(&self, path: &str, to: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(to, path).unwrap();
    }

    pub(crate) fn allow(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path().join(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn program(&self, path: &str, script: &str) {
        self.write(path, &format!("#!/bin/sh\n{script}\n"));
        self.allow(path, 0o755);
    }

    /// Runs install with these lines as its kiosk.conf.
    pub(crate) fn install(&self, conf: &str) -> Output {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, conf.as_bytes()).unwrap();
        let mut command = Command::new(Path::new(PROFILE).join("linux/install"));
        command.arg("--conf").arg(file.path()).arg(self.path());
        command.output().unwrap()
    }

    /// Runs install once more, with the kiosk.conf that is there.
    pub(crate) fn install_again(&self) -> Output {
        let mut command = Command::new(Path::new(PROFILE).join("linux/install"));
        command.arg(self.path()).output().unwrap()
    }

    /// Everything in the root: files with their text, links with where they lead, and who may do what.
    pub(crate) fn all(&self) -> Vec<(PathBuf, u32, String)> {
        let mut found = Vec::new();
        walk(self.path(), self.path(), &mut found);
        found.sort();
        found
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, u32, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let holds = if meta.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else if meta.is_dir() {
            walk(root, &path, found);
            continue;
        } else {
            fs::read_to_string(&path).unwrap()
        };
        let name = path.strip_prefix(root).unwrap().to_owned();
        found.push((name, meta.permissions().mode(), holds));
    }
}

/// What a program said, on both of its outputs.
pub(crate) fn heard(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs verify.
pub(crate) fn verify(words: &[&str]) -> Output {
    let mut command = Command::new(Path::new(PROFILE).join("verify"));
    command.args(words).output().unwrap()
}

/// What verify says of a root: the complaints, and how it ended.
pub(crate) struct Verdict {
    pub(crate) complaints: Vec<String>,
    pub(crate) code: Option<i32>,
    pub(crate) last: String,
}

impl Verdict {
    /// Programs that verify asks are those in the folder `asked` of the root, where it has one.
    pub(crate) fn of(root: &Root) -> Self {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(Path::new(PROFILE).join("verify"));
        command.arg(root.path()).env(
            "PATH",
            format!("{}:{path}", root.path().join("asked").display()),
        );
        let output = command.output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "",
            "verify complains of itself"
        );
        let said = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = said.lines().collect();
        Self {
            complaints: lines
                .iter()
                .filter(|line| line.contains("To mend it: "))
                .map(|line| (*line).to_owned())
                .collect(),
            code: output.status.code(),
            last: lines
                .last()
                .map(|line| (*line).to_owned())
                .unwrap_or_default(),
        }
    }

    /// The names of the checks that complained.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.complaints
            .iter()
            .map(|line| line.split(": ").next().unwrap_or_default())
            .collect()
    }
}
