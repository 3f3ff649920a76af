//! The VFS: a table of C functions that hand everything on to the default one, and fail first where a disk is armed.

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

use rusqlite::ffi;

use crate::{Kind, fails, takes_long, write_fails};

/// The VFS that was the default before.
static INNER: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(null_mut());

/// An open file. SQLite gives the memory: `szOsFile` bytes, of which the inner VFS has those behind this struct.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Path of the database this file belongs to; null for files without a name. Made by `Box`, freed in [`close`].
    database: *mut Box<OsStr>,
}

/// Calls a method of the inner VFS's file.
macro_rules! on_file {
    ($file:ident, $method:ident($($argument:expr),*), $missing:expr) => {{
        let theirs = inner_file($file);
        match (*theirs).pMethods.as_ref().and_then(|methods| methods.$method) {
            Some(run) => run(theirs, $($argument),*),
            None => $missing,
        }
    }};
}

/// Calls a function of the inner VFS.
macro_rules! on_vfs {
    ($method:ident($($argument:expr),*), $missing:expr) => {
        match (*inner()).$method {
            Some(run) => run(inner(), $($argument),*),
            None => $missing,
        }
    };
}

/// Makes this VFS the default. Connections that are open stay as they are.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: plain calls into SQLite; the default VFS is registered for ever, so it may be read and kept.
        let (inner, mut ours) = unsafe {
            ffi::sqlite3_initialize();
            let inner = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!inner.is_null(), "SQLite has no VFS");
            (inner, *inner)
        };
        INNER.store(inner, Ordering::Release);
        ours.szOsFile = ours
            .szOsFile
            .saturating_add(c_int::try_from(size_of::<File>()).unwrap_or(c_int::MAX));
        ours.pNext = null_mut();
        ours.zName = c"koina-disk".as_ptr();
        ours.pAppData = null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = ours.xDelete.and(Some(delete));
        ours.xAccess = ours.xAccess.and(Some(access));
        ours.xFullPathname = ours.xFullPathname.and(Some(full_pathname));
        ours.xDlOpen = ours.xDlOpen.and(Some(dl_open));
        ours.xDlError = ours.xDlError.and(Some(dl_error));
        ours.xDlSym = ours.xDlSym.and(Some(dl_sym));
        ours.xDlClose = ours.xDlClose.and(Some(dl_close));
        ours.xRandomness = ours.xRandomness.and(Some(randomness));
        ours.xSleep = ours.xSleep.and(Some(sleep));
        ours.xCurrentTime = ours.xCurrentTime.and(Some(current_time));
        ours.xGetLastError = ours.xGetLastError.and(Some(get_last_error));
        ours.xCurrentTimeInt64 = ours.xCurrentTimeInt64.and(Some(current_time_int64));
        ours.xSetSystemCall = ours.xSetSystemCall.and(Some(set_system_call));
        ours.xGetSystemCall = ours.xGetSystemCall.and(Some(get_system_call));
        ours.xNextSystemCall = ours.xNextSystemCall.and(Some(next_system_call));
        // SAFETY: the table is leaked, so it stays where SQLite links it in; its name is a constant.
        let registered = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(ours)), 1) };
        assert_eq!(registered, ffi::SQLITE_OK, "the VFS was not registered");
    });
}

/// The inner VFS; there is one before SQLite can call anything here.
fn inner() -> *mut ffi::sqlite3_vfs {
    INNER.load(Ordering::Acquire)
}

/// The inner VFS's part of a file.
///
/// # Safety
/// `file` is one that SQLite made room for by our `szOsFile`.
unsafe fn inner_file(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: our part ends there, and the room goes on for the inner one's. Ours is a multiple of 8 bytes long, which is
    // how SQLite aligns files.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// The path of the database that a file belongs to.
///
/// # Safety
/// `file` is open.
unsafe fn database<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a OsStr> {
    // SAFETY: an open file is a `File`, and its path stays until it is closed, which is after this call of SQLite's.
    unsafe {
        (*file.cast::<File>())
            .database
            .as_ref()
            .map(|path| path.as_ref())
    }
}

/// Whether an operation on a file fails now.
///
/// # Safety
/// `file` is open.
unsafe fn file_fails(file: *mut ffi::sqlite3_file, kind: Kind) -> bool {
    // SAFETY: as promised to this function.
    unsafe { database(file) }.is_some_and(|path| fails(path, kind))
}

/// The database that a file of this name belongs to, by the kind of file.
fn database_of(name: &[u8], flags: c_int) -> Option<&OsStr> {
    let path = if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 {
        name
    } else if flags & ffi::SQLITE_OPEN_WAL != 0 {
        name.strip_suffix(b"-wal")?
    } else if flags & ffi::SQLITE_OPEN_MAIN_JOURNAL != 0 {
        name.strip_suffix(b"-journal")?
    } else {
        return None;
    };
    std::str::from_utf8(path).ok().map(OsStr::new)
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room of our `szOsFile`, a name that ends with a zero or none, and the inner VFS is there.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let database = if name.is_null() {
            None
        } else {
            database_of(CStr::from_ptr(name).to_bytes(), flags)
        };
        if database.is_some_and(|path| fails(path, Kind::Open)) {
            return ffi::SQLITE_CANTOPEN;
        }
        let Some(run) = (*inner()).xOpen else {
            return ffi::SQLITE_CANTOPEN;
        };
        let theirs = inner_file(file);
        (*theirs).pMethods = std::ptr::null();
        let opened = run(inner(), name, theirs, flags, out_flags);
        // The inner VFS may want `xClose` after a failure too; it says so by its methods, and ours hand that on.
        if let Some(methods) = (*theirs).pMethods.as_ref() {
            let database = database.map(|path| Box::into_raw(Box::new(Box::from(path))));
            (*file.cast::<File>()).database = database.unwrap_or(null_mut());
            (*file).pMethods = match methods.iVersion {
                ..=1 => &raw const METHODS_1,
                2 => &raw const METHODS_2,
                _ => &raw const METHODS_3,
            };
        }
        opened
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes an open file once; the path was made by `Box::into_raw` in `open` and is not used afterwards.
    unsafe {
        let database = std::mem::replace(&mut (*file.cast::<File>()).database, null_mut());
        if !database.is_null() {
            drop(Box::from_raw(database));
        }
        on_file!(file, xClose(), ffi::SQLITE_IOERR_CLOSE)
    }
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    bytes: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with room for so many bytes.
    unsafe {
        if file_fails(file, Kind::Read) {
            return ffi::SQLITE_IOERR_READ;
        }
        if file_fails(file, Kind::Medium) {
            return ffi::SQLITE_IOERR_CORRUPTFS;
        }
        let read = on_file!(file, xRead(into, bytes, at), ffi::SQLITE_IOERR_READ);
        if read == ffi::SQLITE_OK && file_fails(file, Kind::ShortRead) {
            let bytes = usize::try_from(bytes).unwrap_or_default();
            let half = bytes / 2;
            into.cast::<u8>().add(half).write_bytes(0, bytes - half);
            return ffi::SQLITE_IOERR_SHORT_READ;
        }
        read
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with so many bytes; fewer of them may be written.
    unsafe {
        let length = usize::try_from(bytes).unwrap_or_default();
        if let Some((kind, fit)) = database(file).and_then(|path| write_fails(path, length)) {
            let fit = c_int::try_from(fit).unwrap_or_default();
            if fit > 0 {
                // Whether the part is there after all changes nothing: the write failed.
                let _ = on_file!(file, xWrite(from, fit, at), ffi::SQLITE_IOERR_WRITE);
            }
            return if kind == Kind::Full {
                ffi::SQLITE_FULL
            } else {
                ffi::SQLITE_IOERR_WRITE
            };
        }
        on_file!(file, xWrite(from, bytes, at), ffi::SQLITE_IOERR_WRITE)
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe {
        if file_fails(file, Kind::Truncate) {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        on_file!(file, xTruncate(size), ffi::SQLITE_IOERR_TRUNCATE)
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe {
        if file_fails(file, Kind::Sync) {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        if let Some(path) = database(file) {
            takes_long(path);
        }
        on_file!(file, xSync(flags), ffi::SQLITE_IOERR_FSYNC)
    }
}

unsafe extern "C" fn file_size(
    file: *mut ffi::sqlite3_file,
    size: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xFileSize(size), ffi::SQLITE_IOERR_FSTAT) }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xLock(level), ffi::SQLITE_IOERR_LOCK) }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xUnlock(level), ffi::SQLITE_IOERR_UNLOCK) }
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe {
        on_file!(
            file,
            xCheckReservedLock(held),
            ffi::SQLITE_IOERR_CHECKRESERVEDLOCK
        )
    }
}

unsafe extern "C" fn file_control(
    file: *mut ffi::sqlite3_file,
    what: c_int,
    value: *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xFileControl(what, value), ffi::SQLITE_NOTFOUND) }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xSectorSize(), 0) }
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xDeviceCharacteristics(), 0) }
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    extend: c_int,
    at: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe {
        if file_fails(file, Kind::Share) {
            return ffi::SQLITE_IOERR_SHMMAP;
        }
        on_file!(
            file,
            xShmMap(region, bytes, extend, at),
            ffi::SQLITE_IOERR_SHMMAP
        )
    }
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    n: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xShmLock(offset, n, flags), ffi::SQLITE_IOERR_SHMLOCK) }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xShmBarrier(), ()) }
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, remove: c_int) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xShmUnmap(remove), ffi::SQLITE_IOERR) }
}

unsafe extern "C" fn fetch(
    file: *mut ffi::sqlite3_file,
    at: ffi::sqlite3_int64,
    bytes: c_int,
    into: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xFetch(at, bytes, into), ffi::SQLITE_IOERR) }
}

unsafe extern "C" fn unfetch(
    file: *mut ffi::sqlite3_file,
    at: ffi::sqlite3_int64,
    page: *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls this for an open file, with arguments that the inner VFS may have as they are.
    unsafe { on_file!(file, xUnfetch(at, page), ffi::SQLITE_IOERR) }
}

unsafe extern "C" fn delete(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xDelete(name, sync_folder), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xAccess(name, flags, answer), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    bytes: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xFullPathname(name, bytes, into), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn dl_open(_: *mut ffi::sqlite3_vfs, name: *const c_char) -> *mut c_void {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xDlOpen(name), null_mut()) }
}

unsafe extern "C" fn dl_error(_: *mut ffi::sqlite3_vfs, bytes: c_int, into: *mut c_char) {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xDlError(bytes, into), ()) }
}

/// What SQLite calls a function that it found in a library.
type Symbol = Option<unsafe extern "C" fn(*mut ffi::sqlite3_vfs, *mut c_void, *const c_char)>;

unsafe extern "C" fn dl_sym(
    _: *mut ffi::sqlite3_vfs,
    library: *mut c_void,
    name: *const c_char,
) -> Symbol {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xDlSym(library, name), None) }
}

unsafe extern "C" fn dl_close(_: *mut ffi::sqlite3_vfs, library: *mut c_void) {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xDlClose(library), ()) }
}

unsafe extern "C" fn randomness(
    _: *mut ffi::sqlite3_vfs,
    bytes: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xRandomness(bytes, into), 0) }
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xSleep(microseconds), 0) }
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, into: *mut f64) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xCurrentTime(into), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn get_last_error(
    _: *mut ffi::sqlite3_vfs,
    bytes: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xGetLastError(bytes, into), 0) }
}

unsafe extern "C" fn current_time_int64(
    _: *mut ffi::sqlite3_vfs,
    into: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xCurrentTimeInt64(into), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn set_system_call(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    call: ffi::sqlite3_syscall_ptr,
) -> c_int {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xSetSystemCall(name, call), ffi::SQLITE_ERROR) }
}

unsafe extern "C" fn get_system_call(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
) -> ffi::sqlite3_syscall_ptr {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xGetSystemCall(name), None) }
}

unsafe extern "C" fn next_system_call(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
) -> *const c_char {
    // SAFETY: SQLite's arguments are handed on as they are, with the inner VFS in the place of ours.
    unsafe { on_vfs!(xNextSystemCall(name), std::ptr::null()) }
}

/// Our methods for files of the inner VFS whose methods are of this version: SQLite uses no more of ours than there are theirs.
const fn methods(version: c_int) -> ffi::sqlite3_io_methods {
    ffi::sqlite3_io_methods {
        iVersion: version,
        xClose: Some(close),
        xRead: Some(read),
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        xFileSize: Some(file_size),
        xLock: Some(lock),
        xUnlock: Some(unlock),
        xCheckReservedLock: Some(check_reserved_lock),
        xFileControl: Some(file_control),
        xSectorSize: Some(sector_size),
        xDeviceCharacteristics: Some(device_characteristics),
        xShmMap: Some(shm_map),
        xShmLock: Some(shm_lock),
        xShmBarrier: Some(shm_barrier),
        xShmUnmap: Some(shm_unmap),
        xFetch: Some(fetch),
        xUnfetch: Some(unfetch),
    }
}

static METHODS_1: ffi::sqlite3_io_methods = methods(1);
static METHODS_2: ffi::sqlite3_io_methods = methods(2);
static METHODS_3: ffi::sqlite3_io_methods = methods(3);
