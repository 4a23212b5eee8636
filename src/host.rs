//! What the language does not know because it does no input or output: the system's zone and memory, files, standard input.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use dataway_lang::value::civil::RunZone;
use dataway_lang::value::heap;

/// The zone of the run: the one asked for, else the system's.
pub fn zone(wanted: Option<&str>) -> Result<RunZone, String> {
    static SYSTEM: LazyLock<RunZone> = LazyLock::new(system_zone);
    wanted.map_or(Ok(RunZone::later(&SYSTEM)), |name| RunZone::parse(name).map_err(|error| error.message))
}

fn system_zone() -> RunZone {
    let variable = std::env::var("TZ").ok();
    let link = std::fs::read_link("/etc/localtime").ok().map(|p| p.to_string_lossy().into_owned());
    RunZone::system(variable.as_deref(), link.as_deref(), || std::fs::read("/etc/localtime").ok())
}

/// Lets a run without a configured limit use three quarters of the memory that is free now.
pub fn set_default_memory() {
    let available = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
        line.split_whitespace().nth(1)?.parse::<usize>().ok()
    });
    if let Some(kib) = available {
        heap::set_default_limit(kib.saturating_mul(1024) / 4 * 3);
    }
}

/// The bytes of a file, or of standard input for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|e| format!("cannot read standard input: {e}"))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|e| format!("cannot read {}: {}", path.display(), reason(&e)))
}

/// The bytes of a file, or of standard input for `-`, as a message holds them. A file is read to where it stays.
pub fn read_shared(path: &Path) -> Result<Arc<[u8]>, String> {
    if path.as_os_str() == "-" {
        return read(path).map(Arc::from);
    }
    let read = || {
        let mut file = std::fs::File::open(path)?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map_or(0, |m| m.len());
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, usize::try_from(size).unwrap_or(0)).collect();
        let mut filled = 0;
        if let Some(place) = Arc::get_mut(&mut bytes) {
            while filled < place.len() {
                match file.read(&mut place[filled..]) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        // What is no plain file, or has changed meanwhile, is as long as it turns out to be.
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        Ok(if filled == bytes.len() && rest.is_empty() {
            bytes
        } else {
            bytes[..filled].iter().copied().chain(rest).collect()
        })
    };
    read().map_err(|e| format!("cannot read {}: {}", path.display(), reason(&e)))
}

/// A system error without its number.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// JSON text given on the command line, or `@FILE`.
pub fn text_or_file(argument: &str) -> Result<String, String> {
    match argument.strip_prefix('@') {
        Some(path) => {
            let bytes = read(Path::new(path))?;
            String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))
        }
        None => Ok(argument.to_owned()),
    }
}

/// The programs that `path` names: itself if it is a file, else all `.dw` files below it, in order of their names. Hidden
/// entries and symbolic links to folders are passed over.
pub fn programs(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let mut folders = vec![path.to_owned()];
    let first = found.len();
    while let Some(folder) = folders.pop() {
        let failed = |error: &std::io::Error| format!("cannot read {}: {}", folder.display(), reason(error));
        for entry in std::fs::read_dir(&folder).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "dw") {
                found.push(path);
            }
        }
    }
    if let Some(new) = found.get_mut(first..) {
        new.sort();
    }
    Ok(())
}
