//! The configuration of a folder.

use std::path::Path;

use super::root::Root;
use crate::{choices, params};

choices! {
    /// What may be done.
    pub enum FileAccess {
        /// Reading and listing.
        Read = "read",
        /// Everything.
        ReadWrite = "read-write",
    }
}

params! {
    /// A folder whose files flows may use. All paths of the operations are relative to it and cannot leave it.
    pub struct FileConfig {
        /// The folder; it must exist.
        "root" root: String,
        /// What may be done.
        "access" access: FileAccess [default("read-write")],
    }
}

impl FileConfig {
    /// Opens the folder; a relative one lies in the folder of the app.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(&self, app: &Path) -> Result<Root, String> {
        Root::open(&app.join(&self.root), self.access == FileAccess::ReadWrite)
    }
}
