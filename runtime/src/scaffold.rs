//! A new app that runs at once (`dataway new`; part 4, section 7).

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The files of the scaffold; `APP_NAME` stands for the name of the app.
static FILES: &[(&str, &str)] = &[
    ("app.yaml", include_str!("../scaffold/app.yaml")),
    ("flows/greet.yaml", include_str!("../scaffold/flows/greet.yaml")),
    ("transforms/greet.dw", include_str!("../scaffold/transforms/greet.dw")),
    ("schemas/person.json", include_str!("../scaffold/schemas/person.json")),
    ("samples/person.json", include_str!("../scaffold/samples/person.json")),
    ("tests/greet.yaml", include_str!("../scaffold/tests/greet.yaml")),
    (".gitignore", include_str!("../scaffold/gitignore")),
];

/// Writes a new app into `folder` and gives the paths of its files. Nothing is overwritten: when one of the files exists,
/// none is written.
///
/// # Errors
/// What stands in the way.
pub fn write(folder: &Path) -> Result<Vec<&'static str>, String> {
    if let Some((path, _)) = FILES.iter().find(|(path, _)| folder.join(path).symlink_metadata().is_ok()) {
        return Err(format!("{} exists and is not overwritten", folder.join(path).display()));
    }
    let name = app_name(folder);
    for (path, content) in FILES {
        let place = folder.join(path);
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::AlreadyExists => format!("{} exists and is not overwritten", place.display()),
            _ => format!("cannot write {}: {error}", place.display()),
        };
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        // Whatever appeared since the check above is not overwritten either.
        let mut file = fs::File::create_new(&place).map_err(failed)?;
        file.write_all(content.replace("APP_NAME", &name).as_bytes()).map_err(failed)?;
    }
    Ok(FILES.iter().map(|(path, _)| *path).collect())
}

/// A name for the app in that folder: the folder's, as far as it can be one.
fn app_name(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_end_matches('-');
    let name: String = name.chars().take(63).collect();
    if name.is_empty() { "app".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::app_name;
    use std::path::Path;

    #[test]
    fn names() {
        for (folder, name) in
            [("/x/Order Intake", "order-intake"), ("/x/9-shop_2", "shop-2"), ("/x/订单", "app"), ("/x/a-", "a")]
        {
            assert_eq!(app_name(Path::new(folder)), name);
        }
    }
}
