//! Keys and initialisation vectors of the wrong length (`CRYPTO:KEY`, `CRYPTO:IV`), where they are written as they are (part 2,
//! section 4). Secrets are known only where the app starts, and checked there.

use super::walk;
use crate::components::crypto::config::{CryptoConfig, Keys};
use crate::components::crypto::{CipherParams, flaw};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{App, Config};

/// Checks the steps of all flows.
pub fn check(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    for flow in &app.flows {
        walk::each(&flow.body.steps, &mut |step| {
            let Some(params) = step.params::<CipherParams>() else { return };
            let config = app.file.configs.0.iter().find(|(name, _)| *name == params.config.name);
            let Some(own) = config.and_then(|(_, config)| config.params::<CryptoConfig>()) else { return };
            if !own.is_symmetric() {
                return;
            }
            let is_literal = config.is_some_and(|(_, config)| !has_substitutions(app, config));
            let keys = is_literal.then(|| Keys::open(own).ok()).flatten();
            if let Some((param, reason)) = flaw(keys.as_ref(), params) {
                diagnostics.push(Diagnostic::error(Code::LIMITS, &param.source, param.span, reason));
            }
        });
    }
}

/// Does something in a configuration come from elsewhere?
fn has_substitutions(app: &App, config: &Config) -> bool {
    app.source.slice(config.span).contains("${")
}
