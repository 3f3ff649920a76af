//! After a visit with anything personal in it, a fresh app takes the place of this one: the system takes back every page of
//! memory, and whoever watches over the app sees the same process all along.

use std::process::Command;

/// Puts a fresh app in the place of this one.
pub(crate) fn start(app: &tauri::AppHandle) {
    #[cfg(unix)]
    if let Ok(program) = std::env::current_exe() {
        use std::os::unix::process::CommandExt;
        end_children();
        // Whoever watches counts from here on.
        #[cfg(target_os = "linux")]
        if let Ok(address) = std::env::var("NOTIFY_SOCKET") {
            let told = koina_commands::alive::Supervisor::at(&address);
            let _ = told.and_then(|supervisor| supervisor.lives());
        }
        let mut fresh = Command::new(program);
        let failure = fresh.args(std::env::args_os().skip(1)).exec();
        tracing::error!(%failure, "the app could not put a fresh one in its place");
    }
    app.restart();
}

/// Ends the processes of the web view and waits until they are gone: the fresh app would not know that they are its own.
#[cfg(unix)]
fn end_children() {
    use rustix::process::{Signal, WaitOptions, getpid, kill_process, waitpid};
    let me = getpid().as_raw_nonzero().get();
    for child in children(me) {
        // One that ended by itself in the meantime is what was wanted.
        let _ = kill_process(child, Signal::KILL);
        let _ = waitpid(Some(child), WaitOptions::empty());
    }
}

/// The processes that this one started, where the system tells.
#[cfg(unix)]
fn children(of: i32) -> Vec<rustix::process::Pid> {
    let parent = |stat: &str| {
        let (_, rest) = stat.rsplit_once(')')?;
        rest.split_whitespace().nth(1)?.parse::<i32>().ok()
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = processes.filter_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        (parent(&stat) == Some(of)).then(|| rustix::process::Pid::from_raw(id))?
    });
    children.collect()
}
