//! The first reading of the workspace: its apps are checked before somebody opens a file of them, so that this takes no time
//! then. The client shows how far it is, if it can and if it takes a while.

use serde_json::json;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{ClientCapabilities, ProgressToken, Registration};

use super::live::PATIENCE;
use super::symbols::files_of;
use crate::app::App;
use crate::world::Scope;

/// Most apps that are read beforehand.
const MOST_APPS: usize = 50;

/// The files that answers depend on, open or not.
const WATCHED: &str = "**/*.{dw,yaml,yml,json,ndjson,csv,xml,txt}";

/// Does the client show how far something is that the server began?
#[must_use]
pub fn shows_progress(client: &ClientCapabilities) -> bool {
    client.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false)
}

/// Can the client be asked to tell when files change on disk?
#[must_use]
pub fn tells_changes(client: &ClientCapabilities) -> bool {
    let workspace = client.workspace.as_ref();
    let files = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
    files.and_then(|files| files.dynamic_registration).unwrap_or(false)
}

/// Asks the client to tell when files change on disk; whether it will.
pub async fn watch(client: &Client) -> bool {
    let watch = Registration {
        id: "dataway/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!({ "watchers": [{ "globPattern": WATCHED }] })),
    };
    client.register_capability(vec![watch]).await.is_ok()
}

/// Reads the apps of the workspace.
pub async fn read(client: Client, scope: Scope, shows_progress: bool) {
    let mut work = tokio::spawn(async move {
        let found = tokio::task::spawn_blocking(move || {
            let (_, mut roots) = files_of(&scope);
            roots.sort();
            roots.truncate(MOST_APPS);
            for root in roots {
                let app = App::new(&root, scope.files.clone(), &scope.kept);
                // What is wrong with it is said when somebody looks at it.
                let _ = app.checked();
                app.sheets();
            }
        });
        // A defect ends the reading; the server's log has its trace.
        let _ = found.await;
    });
    if !shows_progress || tokio::time::timeout(PATIENCE, &mut work).await.is_ok() {
        return;
    }
    let token = ProgressToken::String("dataway/reading".to_owned());
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let progress = client.progress(token, "Dataway").with_message("reading the apps of the workspace").begin().await;
    let _ = work.await;
    progress.finish().await;
}
