//! Where secrets come from, and how they are kept out of every output (part 1, section 4).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use dataway_lang::source::SourceText;

use crate::params::Secret;
use crate::yaml;

/// Shortest secret that is looked for in texts: shorter ones would blot out ordinary words.
const MIN_REDACTED: usize = 4;

/// Reads a variable of the environment.
pub type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The places that secrets come from, in their order.
pub struct SecretSources {
    file: BTreeMap<String, Secret>,
    folder: Option<PathBuf>,
}

impl fmt::Debug for SecretSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretSources").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl SecretSources {
    /// Opens the sources: `file` of `--secrets`, and the folder that `DATAWAY_SECRETS_DIR` names.
    ///
    /// # Errors
    /// Why the file cannot be read, without its content.
    pub fn open(file: Option<&Path>, environment: &Environment) -> Result<SecretSources, String> {
        let file = match file {
            Some(path) => read_file(path)?,
            None => BTreeMap::new(),
        };
        Ok(SecretSources { file, folder: environment("DATAWAY_SECRETS_DIR").map(PathBuf::from) })
    }

    /// The secret of that name.
    #[must_use]
    pub fn find(&self, name: &str, environment: &Environment) -> Option<Secret> {
        if let Some(found) = self.file.get(name) {
            return Some(found.clone());
        }
        let is_plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        let path = self.folder.as_ref().filter(|_| is_plain).map(|folder| folder.join(name));
        if let Some(text) = path.and_then(|path| std::fs::read_to_string(path).ok()) {
            // Editors and orchestrators end the file with a line end that is not meant.
            return Some(Secret::new(text.strip_suffix('\n').unwrap_or(&text)));
        }
        environment(&format!("DATAWAY_SECRET_{name}")).map(Secret::new)
    }
}

/// May somebody else than the owner read the file?
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn read_file(path: &Path) -> Result<BTreeMap<String, Secret>, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("the secrets file {name} cannot be read: {error}"))?;
    let source = SourceText::from_bytes(&name, &bytes);
    let (tree, found) = yaml::parse(&source);
    let unusable = || format!("the secrets file {name} must be a YAML mapping of names to texts");
    if !found.is_empty() {
        return Err(unusable());
    }
    let tree = tree.ok_or_else(unusable)?;
    let entries = tree.as_map().ok_or_else(unusable)?;
    entries
        .iter()
        .map(|entry| {
            let key = entry.key.as_str().ok_or_else(unusable)?;
            let value = match &entry.value.kind {
                yaml::Kind::Text(text) => text.value.to_string(),
                yaml::Kind::Int(number) => number.to_string(),
                _ => return Err(unusable()),
            };
            Ok((key.to_owned(), Secret::new(value)))
        })
        .collect()
}

/// Keeps secrets out of texts.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    /// Longest first, so that a secret inside another leaves nothing of the longer one.
    secrets: Vec<Secret>,
}

impl Redactor {
    /// Remembers a secret.
    pub fn add(&mut self, secret: Secret) {
        if secret.expose().chars().count() >= MIN_REDACTED && !self.secrets.contains(&secret) {
            self.secrets.push(secret);
            self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        }
    }

    /// Bytes of the longest secret.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.secrets.first().map_or(0, |secret| secret.expose().len())
    }

    /// The text with every secret in it replaced by `***`.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut made = Cow::Borrowed(text);
        for secret in &self.secrets {
            if made.contains(secret.expose()) {
                made = Cow::Owned(made.replace(secret.expose(), "***"));
            }
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_secrets() {
        let mut redactor = Redactor::default();
        for secret in ["abcd", "abcdef", "abc", "sécr"] {
            redactor.add(Secret::new(secret));
        }
        for (text, redacted) in
            [("x abcdef y", "x *** y"), ("abcdabcd", "******"), ("abc", "abc"), ("le sécret", "le ***et"), ("", "")]
        {
            assert_eq!(redactor.redact(text), redacted);
        }
        assert_eq!(format!("{redactor:?}"), "Redactor { secrets: [***, ***, ***] }");
    }
}
